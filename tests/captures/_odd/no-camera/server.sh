# The office's own server: leases, names, and a web page.
mkdir -p "$DIR/www" && echo '<html><head><title>Intranet</title></head><body>Canteen: soup</body></html>' > "$DIR/www/index.html"
busybox httpd -f -p 80 -h "$DIR/www" &
exec dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --interface=eth0 --bind-interfaces --user=root --no-ping \
    --dhcp-leasefile="$DIR/leases" --pid-file="$DIR/pid" --dhcp-range=10.77.0.40,10.77.0.49,1h --dhcp-authoritative \
    --address=/www.office.example/10.77.0.1 --domain=office.example
