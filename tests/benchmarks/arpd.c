/* Answers ARP (RFC 826) on one interface for a share of a /16, each address with a hardware address of its own.
   arpd INTERFACE PARTS: addresses whose last 16 bits, shuffled, fall into the first PARTS of 1000. */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int count, char **words) {
  if (count != 3) return 2;
  uint32_t parts = (uint32_t)atoi(words[2]);
  int size = 64 << 20, link = socket(AF_PACKET, SOCK_RAW, 0);
  struct sockaddr_ll place = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP)};
  place.sll_ifindex = (int)if_nametoindex(words[1]);
  setsockopt(link, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt(link, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  if (link < 0 || bind(link, (struct sockaddr *)&place, sizeof place)) return 1;
  uint8_t frame[2048];
  for (;;) {
    if (recv(link, frame, sizeof frame, 0) < 42 || frame[20] != 0 || frame[21] != 1) continue;
    uint32_t number = (uint32_t)frame[40] << 8 | frame[41];
    if ((uint32_t)(number * 2654435761u) / 4294968u >= parts) continue;
    uint8_t own[10] = {0x02, 0, frame[38], frame[39], frame[40], frame[41]};
    memcpy(own + 6, frame + 38, 4);
    memcpy(frame, frame + 22, 6);
    memcpy(frame + 6, own, 6);
    frame[21] = 2;
    memcpy(frame + 32, frame + 22, 10);
    memcpy(frame + 22, own, 10);
    send(link, frame, 60, 0);
  }
}
