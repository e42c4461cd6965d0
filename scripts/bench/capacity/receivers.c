/*
 * Many receivers of WebRTC media in one process, as cheap as they can be: each has a UDP socket, is a controlling ICE
 * agent (RFC 8445) and a DTLS-SRTP client (RFC 5764), counts what arrives by its RTP headers and drops it.
 *
 * Standard input, a line for each receiver:  ADDRESS PORT REMOTE_FRAGMENT REMOTE_PASSWORD LOCAL_FRAGMENT
 * Standard output:  "fingerprint HH:HH:..." first (all use one certificate); "up PROFILE" when one has its keys;
 * "count PACKETS BYTES LOST" for every line "count" on standard input. Ends when standard input does.
 *
 * cc -O2 -o receivers receivers.c -lssl -lcrypto
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RECEIVERS = 4096, MAX_STREAMS = 16, DATAGRAM = 2048, BATCH = 64, TICK_MS = 50 };
enum { STUN_HEADER = 20, BINDING_REQUEST = 0x0001, BINDING_SUCCESS = 0x0101, SOCKET_BUFFER = 1 << 20 };
/* STUN attributes, RFC 8489 section 18.3 and RFC 8445 section 16.1. */
enum { USERNAME = 0x0006, INTEGRITY = 0x0008, PRIORITY = 0x0024, NOMINATE = 0x0025, FINGERPRINT = 0x8028, CONTROLLING = 0x802a };

/* Seconds from one binding request to the next: until there is an answer, and after (consent, RFC 7675). */
static const double ASK_S = 0.5, CONSENT_S = 4;

typedef struct {
  uint32_t ssrc;
  uint16_t highest;
} Stream;

typedef struct {
  int socket;
  char remote_fragment[80], remote_password[80], local_fragment[80];
  SSL *ssl;
  BIO *in, *out;
  int answered, up;
  double asked_at;
  Stream streams[MAX_STREAMS];
  int stream_count;
} Receiver;

static Receiver *receivers[MAX_RECEIVERS];
static int receiver_count, poller;
static SSL_CTX *context;
static uint64_t packets, bytes, lost;

static double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

/* ---- STUN ---- */

static uint32_t crc32(const unsigned char *data, int length) {
  uint32_t crc = ~0u;
  for (int i = 0; i < length; i++) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
  }
  return ~crc;
}

static void put16(unsigned char *at, int value) {
  at[0] = (unsigned char)(value >> 8);
  at[1] = (unsigned char)value;
}

/* Appends an attribute, padded to four bytes; the header's length counts it. Returns the new end. */
static int append(unsigned char *message, int end, int type, const void *value, int length) {
  int padded = (length + 3) & ~3;
  put16(message + end, type);
  put16(message + end + 2, length);
  memset(message + end + 4, 0, (size_t)padded);
  memcpy(message + end + 4, value, (size_t)length);
  end += 4 + padded;
  put16(message + 2, end - STUN_HEADER);
  return end;
}

/* Both sums cover a header whose length already counts the attribute that holds the sum (RFC 8489 section 14.5). */
static int sign(unsigned char *message, int end, const char *password) {
  unsigned char digest[20];
  unsigned length = sizeof digest;
  put16(message + 2, end - STUN_HEADER + 4 + (int)sizeof digest);
  HMAC(EVP_sha1(), password, (int)strlen(password), message, (size_t)end, digest, &length);
  end = append(message, end, INTEGRITY, digest, sizeof digest);
  put16(message + 2, end - STUN_HEADER + 8);
  uint32_t sum = htonl(crc32(message, end) ^ 0x5354554eu);
  return append(message, end, FINGERPRINT, &sum, sizeof sum);
}

static void ask(Receiver *r) {
  unsigned char message[512] = {0};
  uint32_t cookie = htonl(0x2112a442u), priority = htonl(0x7e0000ffu);
  char username[170];
  put16(message, BINDING_REQUEST);
  memcpy(message + 4, &cookie, 4);
  RAND_bytes(message + 8, 12);
  int name_length = snprintf(username, sizeof username, "%s:%s", r->remote_fragment, r->local_fragment);
  int end = append(message, STUN_HEADER, USERNAME, username, name_length);
  end = append(message, end, PRIORITY, &priority, sizeof priority);
  end = append(message, end, CONTROLLING, "capacity", 8);
  end = append(message, end, NOMINATE, "", 0);
  end = sign(message, end, r->remote_password);
  send(r->socket, message, (size_t)end, 0);
  r->asked_at = now_s();
}

/* ---- DTLS ---- */

/* The memory BIO joins datagrams: they are parted again by the lengths of the records in them. */
static void flush(Receiver *r) {
  unsigned char buffer[8192];
  int length;
  while ((length = BIO_read(r->out, buffer, sizeof buffer)) > 0) {
    for (int at = 0; at + 13 <= length;) {
      int record = 13 + (buffer[at + 11] << 8 | buffer[at + 12]);
      if (at + record > length) record = length - at;
      send(r->socket, buffer + at, (size_t)record, 0);
      at += record;
    }
  }
}

static void shake_hands(Receiver *r) {
  int result = SSL_do_handshake(r->ssl);
  flush(r);
  if (result != 1 || r->up) return;
  r->up = 1;
  const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(r->ssl);
  printf("up %s\n", profile ? profile->name : "none");
}

static int accept_any(int ok, X509_STORE_CTX *store) {
  (void)ok;
  (void)store;
  return 1;
}

/* One certificate for all; says its fingerprint. */
static void make_context(void) {
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = X509_new();
  unsigned char digest[32];
  unsigned length = sizeof digest;
  X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, (const unsigned char *)"receiver", -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_sign(certificate, key, EVP_sha256());
  context = SSL_CTX_new(DTLS_client_method());
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, accept_any);
  /* What browsers offer first. */
  SSL_CTX_set_tlsext_use_srtp(context, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80");
  X509_digest(certificate, EVP_sha256(), digest, &length);
  printf("fingerprint ");
  for (unsigned i = 0; i < length; i++) printf("%s%02X", i ? ":" : "", digest[i]);
  printf("\n");
}

/* ---- Receivers ---- */

static void open_receiver(const char *line) {
  char address[64];
  int port;
  Receiver *r = calloc(1, sizeof *r);
  if (!r || receiver_count == MAX_RECEIVERS) die("too many receivers");
  if (sscanf(line, "%63s %d %79s %79s %79s", address, &port, r->remote_fragment, r->remote_password, r->local_fragment) != 5) {
    fprintf(stderr, "not understood: %s\n", line);
    exit(1);
  }
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  int buffer = SOCKET_BUFFER;
  inet_pton(AF_INET, address, &to.sin_addr);
  r->socket = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  if (r->socket < 0 || connect(r->socket, (struct sockaddr *)&to, sizeof to) < 0) die("socket");
  setsockopt(r->socket, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  r->ssl = SSL_new(context);
  r->in = BIO_new(BIO_s_mem());
  r->out = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(r->in, -1);
  SSL_set_bio(r->ssl, r->in, r->out);
  SSL_set_connect_state(r->ssl);
  SSL_set_options(r->ssl, SSL_OP_NO_QUERY_MTU);
  DTLS_set_link_mtu(r->ssl, 1200);
  receivers[receiver_count++] = r;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = r};
  epoll_ctl(poller, EPOLL_CTL_ADD, r->socket, &event);
  ask(r);
}

static Stream *stream_of(Receiver *r, uint32_t ssrc, uint16_t sequence) {
  for (int i = 0; i < r->stream_count; i++)
    if (r->streams[i].ssrc == ssrc) return &r->streams[i];
  if (r->stream_count == MAX_STREAMS) return NULL;
  Stream *stream = &r->streams[r->stream_count++];
  *stream = (Stream){.ssrc = ssrc, .highest = (uint16_t)(sequence - 1)};
  return stream;
}

static void count_rtp(Receiver *r, const unsigned char *packet, int length) {
  if (length < 12 || (packet[1] >= 192 && packet[1] <= 223)) return; /* RTCP, RFC 5761 section 4 */
  uint32_t ssrc;
  memcpy(&ssrc, packet + 8, sizeof ssrc);
  uint16_t sequence = (uint16_t)(packet[2] << 8 | packet[3]);
  Stream *stream = stream_of(r, ssrc, sequence);
  packets++;
  bytes += (uint64_t)length;
  if (!stream) return;
  int16_t ahead = (int16_t)(sequence - stream->highest);
  if (ahead <= 0) return;
  lost += (uint64_t)(ahead - 1);
  stream->highest = sequence;
}

/* By its first byte, RFC 7983. */
static void take(Receiver *r, const unsigned char *datagram, int length) {
  if (length < 1) return;
  if (datagram[0] >= 128 && datagram[0] < 192) {
    count_rtp(r, datagram, length);
  } else if (datagram[0] >= 20 && datagram[0] < 64) {
    char nothing[64];
    BIO_write(r->in, datagram, length);
    if (r->up) SSL_read(r->ssl, nothing, sizeof nothing);
    else shake_hands(r);
    flush(r);
  } else if (length >= STUN_HEADER && (datagram[0] << 8 | datagram[1]) == BINDING_SUCCESS && !r->answered) {
    r->answered = 1;
    shake_hands(r);
  }
}

static void receive(Receiver *r) {
  static unsigned char buffers[BATCH][DATAGRAM];
  static struct iovec vectors[BATCH];
  static struct mmsghdr messages[BATCH];
  for (int i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){buffers[i], DATAGRAM};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
  }
  int count = recvmmsg(r->socket, messages, BATCH, MSG_DONTWAIT, NULL);
  for (int i = 0; i < count; i++) take(r, buffers[i], (int)messages[i].msg_len);
}

static void tick(void) {
  double now = now_s();
  for (int i = 0; i < receiver_count; i++) {
    Receiver *r = receivers[i];
    if (now - r->asked_at > (r->answered ? CONSENT_S : ASK_S)) ask(r);
    if (r->answered && !r->up && DTLSv1_handle_timeout(r->ssl) > 0) flush(r);
  }
}

/* Returns 0 when standard input has ended. */
static int take_lines(void) {
  static char text[1 << 16];
  static size_t length;
  ssize_t got = read(0, text + length, sizeof text - length - 1);
  if (got == 0) return 0;
  if (got < 0) return errno == EAGAIN;
  length += (size_t)got;
  text[length] = 0;
  char *line = text, *end;
  for (; (end = strchr(line, '\n')); line = end + 1) {
    *end = 0;
    if (strcmp(line, "count") == 0) printf("count %lu %lu %lu\n", packets, bytes, lost);
    else open_receiver(line);
  }
  length -= (size_t)(line - text);
  memmove(text, line, length);
  return 1;
}

int main(void) {
  struct rlimit files = {MAX_RECEIVERS + 64, MAX_RECEIVERS + 64};
  struct epoll_event standard_input = {.events = EPOLLIN, .data.ptr = NULL}, events[256];
  setrlimit(RLIMIT_NOFILE, &files);
  setvbuf(stdout, NULL, _IOLBF, 0);
  make_context();
  poller = epoll_create1(0);
  fcntl(0, F_SETFL, O_NONBLOCK);
  epoll_ctl(poller, EPOLL_CTL_ADD, 0, &standard_input);
  for (double ticked = now_s();;) {
    int count = epoll_wait(poller, events, 256, TICK_MS);
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr) receive(events[i].data.ptr);
      else if (!take_lines()) return 0;
    }
    if (now_s() - ticked < TICK_MS / 1e3) continue;
    ticked = now_s();
    tick();
  }
}
