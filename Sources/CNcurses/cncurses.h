#pragma once
/* WIDECHAR switches get_wch, setcchar … on; NOMACROS turns COLOR_PAIR, getmaxx … into functions,
   which Swift can import. No _XOPEN_SOURCE or _GNU_SOURCE here: with either, the system's headers
   define structs otherwise than other C modules see them, and the compiler refuses the mix. */
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <curses.h>
#include <term.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <errno.h>
#include <unistd.h>
#include <termios.h>
#include <sys/ioctl.h>

/* Global variables: Swift 6 refuses them as shared mutable state, so functions. */
static inline WINDOW *cn_stdscr(void) { return stdscr; }
static inline int cn_lines(void) { return LINES; }
static inline int cn_cols(void) { return COLS; }
static inline int cn_colors(void) { return COLORS; }
static inline int cn_color_pairs(void) { return COLOR_PAIRS; }

/* Macros made of casts and shifts: Swift does not import them. */
static const attr_t cn_A_BOLD = A_BOLD, cn_A_DIM = A_DIM, cn_A_REVERSE = A_REVERSE,
                    cn_A_UNDERLINE = A_UNDERLINE, cn_A_ITALIC = A_ITALIC;
static const mmask_t cn_B1_PRESSED = BUTTON1_PRESSED, cn_B1_CLICKED = BUTTON1_CLICKED,
                     cn_B1_DOUBLE = BUTTON1_DOUBLE_CLICKED, cn_WHEEL_UP = BUTTON4_PRESSED,
                     cn_WHEEL_DOWN = BUTTON5_PRESSED;
static inline int cn_key_f(int n) { return KEY_F(n); }

/* One grapheme cluster as one cell, with attributes and an extended pair number (a short pair
   stops at 32767; the int goes in through the opts argument). */
static inline int cn_put(WINDOW *w, int y, int x, const wchar_t *s, attr_t a, int pair) {
  cchar_t c;
  if (setcchar(&c, s, a, 0, &pair) == ERR) return ERR;
  return mvwadd_wch(w, y, x, &c);
}
/* A run of UTF-8 text with one style. */
static inline int cn_puts(WINDOW *w, int y, int x, const char *utf8, int n, attr_t a, int pair) {
  wattr_set(w, a, 0, &pair);
  return mvwaddnstr(w, y, x, utf8, n);
}
/* get_wch in one value: a code point as it is, a KEY_x as its negative, ERR for nothing. No KEY
   code is 1, so ERR (-1) is never mistaken for a key. */
static inline int cn_get(WINDOW *w) {
  wint_t c = 0;
  int r = wget_wch(w, &c);
  return r == ERR ? ERR : r == KEY_CODE_YES ? -(int)c : (int)c;
}
/* Takes the tty's size over into curses; 1 when it changed. resizeterm() would also queue a
   KEY_RESIZE, which we do not want: the size comes as an event of our own. */
static inline int cn_sync_size(int fd) {
  struct winsize ws;
  if (ioctl(fd, TIOCGWINSZ, &ws) < 0 || ws.ws_row == 0 || ws.ws_col == 0) return 0;
  if (!is_term_resized(ws.ws_row, ws.ws_col)) return 0;
  resize_term(ws.ws_row, ws.ws_col);
  return 1;
}

extern int wcwidth(wchar_t); /* hidden without _XOPEN_SOURCE */
static inline int cn_wcwidth(unsigned c) { return wcwidth((wchar_t)c); }
/* The next doupdate() repaints everything, whatever curses thinks is there. */
static inline void cn_forget_screen(void) { clearok(curscr, TRUE); }
static inline int cn_is_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }
/* 1 when terminfo knows the terminal; nothing is printed when it does not. */
static inline int cn_knows_terminal(const char *name, int fd) {
  int error = 0;
  if (setupterm(name, fd, &error) == ERR) return 0;
  del_curterm(cur_term);
  return 1;
}
/* A capability that is a string, NULL for none (curses has NULL and -1 for that). */
static inline const char *cn_string_capability(const char *name) {
  const char *s = tigetstr(name);
  return s == (const char *)-1 ? NULL : s;
}
/* 1 when the other end of a readable terminal is gone. */
static inline int cn_is_gone(int fd) {
  struct pollfd p = {.fd = fd, .events = POLLIN};
  int n = 0;
  if (poll(&p, 1, 0) <= 0) return 0;
  if (p.revents & (POLLHUP | POLLERR | POLLNVAL)) return 1;
  return (p.revents & POLLIN) && ioctl(fd, FIONREAD, &n) == 0 && n == 0;
}

/* Restoring the terminal, also from a signal handler: only write, tcsetattr, sigaction and raise.
   A static variable of a header belongs to the file that includes it, so everything below may be
   called from ONE Swift file only (TerminalRestoration.swift). */
static struct {
  volatile sig_atomic_t armed, child_runs, ending;
  int fd, wake;
  struct termios modes;
  size_t length;
  char bytes[512];
  struct sigaction before[NSIG];
} cn_saved = {.fd = -1, .wake = -1};
static const int cn_all[] = {SIGSEGV, SIGILL,  SIGTRAP, SIGABRT,  SIGBUS,  SIGFPE,  SIGTERM,
                             SIGHUP,  SIGINT,  SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT, SIGALRM};

/* Puts the terminal back if it is ours at the moment. */
static inline void cn_restore(void) {
  if (!cn_saved.armed) return;
  cn_saved.armed = 0;
  signal(SIGTTOU, SIG_IGN); /* in the background this would stop us half way */
  for (size_t done = 0; done < cn_saved.length;) {
    ssize_t n = write(cn_saved.fd, cn_saved.bytes + done, cn_saved.length - done);
    if (n > 0) done += (size_t)n;
    else if (n < 0 && errno == EINTR) continue;
    else break;
  }
  tcsetattr(cn_saved.fd, TCSANOW, &cn_saved.modes);
}
/* Ends the process the way the signal would have without us. */
static inline void cn_die(int s) {
  sigset_t only;
  cn_restore();
  sigaction(s, &cn_saved.before[s], NULL);
  sigemptyset(&only);
  sigaddset(&only, s);
  pthread_sigmask(SIG_UNBLOCK, &only, NULL);
  raise(s);
}
static inline void cn_on_fatal(int s) { cn_die(s); }
static inline void cn_wake(int s) {
  int e = errno;
  char b = (char)s;
  ssize_t n = write(cn_saved.wake, &b, 1);
  (void)n;
  errno = e;
}
/* Asked to end: the program gets three seconds to do it well, and none when asked twice. */
static inline void cn_on_end(int s) {
  if (cn_saved.child_runs && (s == SIGINT || s == SIGQUIT)) return;
  if (cn_saved.ending) { cn_die(s); return; }
  cn_saved.ending = s;
  cn_wake(s);
  alarm(3);
}
static inline void cn_on_alarm(int s) {
  (void)s;
  if (cn_saved.ending) cn_die(cn_saved.ending);
}
static inline void cn_catch(int s, void (*handler)(int), int flags) {
  struct sigaction a;
  memset(&a, 0, sizeof a);
  a.sa_handler = handler;
  a.sa_flags = flags;
  sigemptyset(&a.sa_mask);
  /* What our parent had ignored (nohup) stays ignored. */
  if (cn_saved.before[s].sa_handler == SIG_IGN && handler == cn_on_end) return;
  sigaction(s, &a, NULL);
}
/* Installs every handler; signals that are news arrive as one byte each on `wake`. */
static inline void cn_install(int wake) {
  static const int fatal[] = {SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE};
  static const int end[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
  static const int news[] = {SIGWINCH, SIGTSTP, SIGCONT};
  static char stack[64 * 1024];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack}, old;
  if (sigaltstack(NULL, &old) == 0 && (old.ss_flags & SS_DISABLE)) sigaltstack(&alternate, NULL);
  cn_saved.wake = wake;
  for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
    cn_catch(fatal[i], cn_on_fatal, SA_ONSTACK | SA_NODEFER);
  for (size_t i = 0; i < sizeof end / sizeof *end; i++)
    cn_catch(end[i], cn_on_end, SA_ONSTACK | SA_RESTART);
  for (size_t i = 0; i < sizeof news / sizeof *news; i++)
    cn_catch(news[i], cn_wake, SA_ONSTACK | SA_RESTART);
  cn_catch(SIGALRM, cn_on_alarm, SA_ONSTACK | SA_RESTART);
}
static inline void cn_uninstall(void) {
  alarm(0);
  for (size_t i = 0; i < sizeof cn_all / sizeof *cn_all; i++)
    sigaction(cn_all[i], &cn_saved.before[cn_all[i]], NULL);
}
/* Remembers what to put back: the terminal's modes and the signals' handlers. To be called before
   newterm(), which changes both: its own SIGTERM handler would end the program with status 1. */
static inline void cn_remember(int fd) {
  cn_saved.fd = fd;
  tcgetattr(fd, &cn_saved.modes);
  for (size_t i = 0; i < sizeof cn_all / sizeof *cn_all; i++)
    sigaction(cn_all[i], NULL, &cn_saved.before[cn_all[i]]);
}
static inline int cn_set_reset_bytes(const char *bytes, size_t length) {
  if (length > sizeof cn_saved.bytes) return 0;
  memcpy(cn_saved.bytes, bytes, length);
  cn_saved.length = length;
  return 1;
}
static inline void cn_arm(int on) { cn_saved.armed = on; }
static inline void cn_set_child_runs(int on) { cn_saved.child_runs = on; }
static inline int cn_ending_signal(void) { return cn_saved.ending; }
/* Stops the whole job as the shell's ctrl-z would; returns when it goes on. Where nobody could
   start it again (an orphaned process group) the system does not stop it at all. */
static inline void cn_stop_job(int wake_reader) {
  struct sigaction ours, standard;
  struct pollfd p = {.fd = wake_reader, .events = POLLIN};
  memset(&standard, 0, sizeof standard);
  standard.sa_handler = SIG_DFL;
  sigemptyset(&standard.sa_mask);
  sigaction(SIGTSTP, &standard, &ours);
  kill(0, SIGTSTP);
  poll(&p, 1, 300); /* SIGCONT writes to it */
  sigaction(SIGTSTP, &ours, NULL);
}
/* The fd of the reading end of a pipe that never blocks; the writing end in `writer`. -1 on error. */
static inline int cn_wake_pipe(int *writer) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  for (int i = 0; i < 2; i++) {
    fcntl(ends[i], F_SETFL, O_NONBLOCK);
    fcntl(ends[i], F_SETFD, FD_CLOEXEC);
  }
  *writer = ends[1];
  return ends[0];
}
