/*
 * A network link between two namespaces, with its faults: delay, jitter, loss, rate, blackout, blocked UDP, a NAT.
 * For kernels without netem, and without firewall tools. Linux only; needs CAP_NET_ADMIN and /dev/net/tun.
 *
 *   link DEVICE_A DEVICE_B
 *
 * Makes two TUN devices, which the caller moves into two namespaces: A is the client's side, B the server's. IPv4
 * packets read from one are written to the other, in order. Prints "ready", then takes settings from standard input,
 * one line at a time: "up|down|both NAME VALUE". Ends when standard input does.
 *
 *   delay MS   jitter MS   loss PERCENT   rate KBIT (0: no limit)   queue MS (of the rate; what does not fit is dropped)
 *   cut 0|1    noudp 0|1   notcp 0|1   nat ADDRESS (what the server sees instead of the client's address; 0.0.0.0: no NAT)
 *   onlytcp PORT (TCP to other ports of the server is blocked; 0: none is)
 *   client ADDRESS (the client's own address, behind the NAT)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PACKET = 65536, PACKETS_A_TURN = 64, UDP = 17, TCP = 6, NS_PER_MS = 1000000 };

typedef struct Packet {
  struct Packet *next;
  uint64_t due_ns;
  int length;
  unsigned char bytes[];
} Packet;

typedef struct {
  int out; /* where its packets are written */
  double delay_ms, jitter_ms, loss_percent, rate_kbit, queue_ms;
  int cut, no_udp, no_tcp, only_tcp;
  uint64_t busy_until_ns;
  Packet *first, *last;
} Direction;

static Direction up, down;
static uint32_t client_address, public_address; /* network byte order; 0: none */

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int open_tun(const char *name) {
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
  if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0) {
    perror("link: a TUN device cannot be made");
    exit(1);
  }
  return fd;
}

/* Corrects an internet checksum for a changed address (RFC 1624, equation 3). */
static void adjust_checksum(unsigned char *sum, uint32_t before, uint32_t after) {
  uint32_t total = (uint16_t)~((sum[0] << 8) | sum[1]);
  before = ntohl(before), after = ntohl(after);
  total += (uint16_t)~(before >> 16) + (uint16_t)~before + (after >> 16) + (after & 0xffff);
  while (total >> 16) total = (total & 0xffff) + (total >> 16);
  total = ~total;
  sum[0] = total >> 8, sum[1] = total;
}

/* Writes another address at an offset of the IPv4 header: 12 is the source, 16 the destination. */
static void translate(unsigned char *packet, int length, int offset, uint32_t from, uint32_t to) {
  uint32_t address;
  int header = 4 * (packet[0] & 15);
  memcpy(&address, packet + offset, 4);
  if (address != from) return;
  memcpy(packet + offset, &to, 4);
  adjust_checksum(packet + 10, from, to);
  int whole = ((packet[6] & 0x1f) | packet[7]) == 0; /* later fragments hold no checksum */
  if (whole && packet[9] == TCP && length >= header + 18) adjust_checksum(packet + header + 16, from, to);
  if (whole && packet[9] == UDP && length >= header + 8 && (packet[header + 6] | packet[header + 7]))
    adjust_checksum(packet + header + 6, from, to);
}

/* Whether a firewall that opens one TCP port of the server keeps a packet. Fragments carry no port; there are none. */
static int other_port(const Direction *d, const unsigned char *packet, int length) {
  int header = 4 * (packet[0] & 15);
  if (!d->only_tcp || packet[9] != TCP || length < header + 4) return 0;
  const unsigned char *port = packet + header + (d == &up ? 2 : 0);
  return ((port[0] << 8) | port[1]) != d->only_tcp;
}

static void take(Direction *d, unsigned char *bytes, int length) {
  if (length < 20 || bytes[0] >> 4 != 4) return;
  if (d->cut || (d->no_udp && bytes[9] == UDP) || (d->no_tcp && bytes[9] == TCP)) return;
  if (other_port(d, bytes, length)) return;
  if (drand48() * 100 < d->loss_percent) return;
  if (public_address && d == &up) translate(bytes, length, 12, client_address, public_address);
  if (public_address && d == &down) translate(bytes, length, 16, public_address, client_address);
  uint64_t now = now_ns(), due = now;
  if (d->rate_kbit > 0) {
    uint64_t starts = d->busy_until_ns > now ? d->busy_until_ns : now;
    if (starts - now > d->queue_ms * NS_PER_MS) return;
    due = d->busy_until_ns = starts + (uint64_t)(length * 8.0 / d->rate_kbit * NS_PER_MS);
  }
  double delay_ms = d->delay_ms + (2 * drand48() - 1) * d->jitter_ms;
  if (delay_ms > 0) due += (uint64_t)(delay_ms * NS_PER_MS);
  if (d->last && due < d->last->due_ns) due = d->last->due_ns;
  Packet *packet = malloc(sizeof *packet + length);
  if (!packet) return;
  *packet = (Packet){.due_ns = due, .length = length};
  memcpy(packet->bytes, bytes, length);
  if (d->last) d->last->next = packet;
  else d->first = packet;
  d->last = packet;
}

static void deliver(Direction *d) {
  for (uint64_t now = now_ns(); d->first && d->first->due_ns <= now;) {
    Packet *packet = d->first;
    if (!d->cut && write(d->out, packet->bytes, packet->length) < 0 && errno != EAGAIN && errno != EIO) perror("link");
    d->first = packet->next;
    if (!d->first) d->last = NULL;
    free(packet);
  }
}

static void set(Direction *d, const char *name, const char *value) {
  double number = atof(value);
  if (!strcmp(name, "delay")) d->delay_ms = number;
  else if (!strcmp(name, "jitter")) d->jitter_ms = number;
  else if (!strcmp(name, "loss")) d->loss_percent = number;
  else if (!strcmp(name, "rate")) d->rate_kbit = number;
  else if (!strcmp(name, "queue")) d->queue_ms = number;
  else if (!strcmp(name, "cut")) d->cut = number != 0;
  else if (!strcmp(name, "noudp")) d->no_udp = number != 0;
  else if (!strcmp(name, "notcp")) d->no_tcp = number != 0;
  else if (!strcmp(name, "onlytcp")) d->only_tcp = (int)number;
  else if (!strcmp(name, "nat")) public_address = inet_addr(value);
  else if (!strcmp(name, "client")) client_address = inet_addr(value);
  else fprintf(stderr, "link: there is no setting %s\n", name);
}

/* Reads the settings that have come. Returns 0 at the end of standard input. */
static int read_settings(void) {
  static char text[4096];
  static size_t filled;
  ssize_t count = read(0, text + filled, sizeof text - 1 - filled);
  if (count <= 0) return 0;
  text[filled += count] = 0;
  char *line = text, *end;
  for (; (end = strchr(line, '\n')); line = end + 1) {
    char where[8], name[16], value[32];
    *end = 0;
    if (sscanf(line, "%7s %15s %31s", where, name, value) != 3) continue;
    if (strcmp(where, "down")) set(&up, name, value);
    if (strcmp(where, "up")) set(&down, name, value);
  }
  filled = strlen(line);
  memmove(text, line, filled + 1);
  return 1;
}

static void wake_at(int timer, uint64_t at_ns) {
  struct itimerspec when = {.it_value = {.tv_sec = at_ns / 1000000000u, .tv_nsec = at_ns % 1000000000u}};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

int main(int count, char **arguments) {
  static unsigned char bytes[MAX_PACKET];
  if (count != 3) return fprintf(stderr, "usage: link DEVICE_A DEVICE_B\n"), 2;
  int client = open_tun(arguments[1]), server = open_tun(arguments[2]);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  up = (Direction){.out = server, .queue_ms = 200};
  down = (Direction){.out = client, .queue_ms = 200};
  srand48(1);
  puts("ready");
  fflush(stdout);
  for (;;) {
    uint64_t next = 0;
    if (up.first) next = up.first->due_ns;
    if (down.first && (!next || down.first->due_ns < next)) next = down.first->due_ns;
    wake_at(timer, next);
    struct pollfd ready[] = {{client, POLLIN, 0}, {server, POLLIN, 0}, {0, POLLIN, 0}, {timer, POLLIN, 0}};
    if (poll(ready, 4, -1) < 0 && errno != EINTR) return perror("link"), 1;
    for (int i = 0, n; i < PACKETS_A_TURN && (n = read(client, bytes, sizeof bytes)) > 0; i++) take(&up, bytes, n);
    for (int i = 0, n; i < PACKETS_A_TURN && (n = read(server, bytes, sizeof bytes)) > 0; i++) take(&down, bytes, n);
    if (ready[2].revents && !read_settings()) return 0;
    uint64_t expirations;
    if (ready[3].revents) (void)!read(timer, &expirations, sizeof expirations);
    deliver(&up);
    deliver(&down);
  }
}
