/* Loaded into the server by LD_PRELOAD: file calls with a path below $HANG_BELOW wait while the file $HANG_WHILE exists, as
   with an NFS server that does not answer. A thread that waits is called "hanging". Needs no privilege, unlike a mount. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void hang(const char *path) {
    const char *below = getenv("HANG_BELOW"), *mark = getenv("HANG_WHILE");
    if (!path || !below || !mark || strncmp(path, below, strlen(below)) != 0) return;
    if (syscall(SYS_faccessat, AT_FDCWD, mark, F_OK) != 0) return;
    char name[16];
    prctl(PR_GET_NAME, name);
    prctl(PR_SET_NAME, "hanging");
    struct timespec pause = {0, 10 * 1000 * 1000};
    while (syscall(SYS_faccessat, AT_FDCWD, mark, F_OK) == 0) nanosleep(&pause, NULL);
    prctl(PR_SET_NAME, name);
}

#define CALL(type, name, parameters, arguments, path) \
    type name parameters { \
        static type (*real) parameters; \
        if (!real) real = (type (*) parameters) dlsym(RTLD_NEXT, #name); \
        hang(path); \
        return real arguments; \
    }

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        static int (*real)(const char *, int, ...); \
        va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
        if (!real) real = (int (*)(const char *, int, ...)) dlsym(RTLD_NEXT, #name); \
        hang(path); \
        return real(path, flags, mode); \
    }

OPEN(open)
OPEN(open64)
CALL(int, statx, (int at, const char *path, int flags, unsigned mask, struct statx *to), (at, path, flags, mask, to), path)
CALL(int, stat64, (const char *path, struct stat64 *to), (path, to), path)
CALL(int, lstat64, (const char *path, struct stat64 *to), (path, to), path)
CALL(DIR *, opendir, (const char *path), (path), path)
CALL(char *, realpath, (const char *path, char *to), (path, to), path)
CALL(ssize_t, readlink, (const char *path, char *to, size_t length), (path, to, length), path)
CALL(int, inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask), path)
