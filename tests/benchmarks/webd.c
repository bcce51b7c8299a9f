/* Answers every web request on every address of this machine with one page, and hangs up.
   webd DESCRIPTOR BYTES: on an open listener, with a body of so many bytes. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static char answer[65536], taken[4096];
static int length;

static void serve(int visitor) {
  ssize_t got = recv(visitor, taken, sizeof taken, MSG_DONTWAIT);
  if (got > 0) {
    send(visitor, answer, (size_t)length, MSG_NOSIGNAL);
    shutdown(visitor, SHUT_WR);
  } else if (got == 0 || errno != EAGAIN) {
    close(visitor);
  }
}

int main(int count, char **words) {
  if (count != 3) return 2;
  int listener = atoi(words[1]), size = atoi(words[2]), all = epoll_create1(0);
  if (all < 0 || size < 0 || size > 60000) return 1;
  length = sprintf(answer, "HTTP/1.1 200 OK\r\nServer: Webs\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", size);
  memset(answer + length, 'x', (size_t)size);
  length += size;
  struct epoll_event one = {.events = EPOLLIN, .data.fd = listener}, ready[64];
  epoll_ctl(all, EPOLL_CTL_ADD, listener, &one);
  for (;;) {
    int found = epoll_wait(all, ready, 64, -1);
    for (int i = 0; i < found; i++) {
      int visitor = ready[i].data.fd;
      if (visitor == listener) {
        visitor = accept4(listener, 0, 0, SOCK_NONBLOCK);
        if (visitor < 0) continue;
        one.data.fd = visitor;
        epoll_ctl(all, EPOLL_CTL_ADD, visitor, &one);
      } else {
        serve(visitor);
      }
    }
  }
}
