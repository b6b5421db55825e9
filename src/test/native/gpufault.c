/*
 * Faults of a GPU, for GpuFaultTest. Needs nothing but the driver's own library.
 *
 * Preloaded into a daemon (gcc -shared -fPIC), it does what the files in the folder GPUFAULT ask for, and renames each to
 * NAME.done:
 *   trap    a kernel fails in the process's context, as one with an illegal address does: the context is lost
 *   leak    256 MiB more of the GPU's memory are taken, and never given back
 *
 * As a program (gcc -DHOARD), it takes all of the GPU's memory but some 64 MiB, prints how much is left, and holds it until its
 * standard input ends.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void *handle;
typedef unsigned long long address;

static struct {
    int (*init)(unsigned);
    int (*retain)(handle *, int);
    int (*current)(handle);
    int (*load)(handle *, const void *);
    int (*function)(handle *, handle, const char *);
    int (*launch)(handle, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, handle, void **, void **);
    int (*synchronize)(void);
    int (*allocate)(address *, size_t);
    int (*info)(size_t *, size_t *);
} cuda;

#ifndef HOARD
static const char PTX[] = ".version 7.0\n.target sm_50\n.address_size 64\n.visible .entry fail() { trap; ret; }\n";
#endif

static int bind_context(void) {
    static int bound;
    if (bound) {
        return 0;
    }
    void *driver = dlopen("libcuda.so.1", RTLD_NOW);
    if (!driver) {
        fprintf(stderr, "gpufault: %s\n", dlerror());
        return -1;
    }
    *(void **)&cuda.init = dlsym(driver, "cuInit");
    *(void **)&cuda.retain = dlsym(driver, "cuDevicePrimaryCtxRetain");
    *(void **)&cuda.current = dlsym(driver, "cuCtxSetCurrent");
    *(void **)&cuda.load = dlsym(driver, "cuModuleLoadData");
    *(void **)&cuda.function = dlsym(driver, "cuModuleGetFunction");
    *(void **)&cuda.launch = dlsym(driver, "cuLaunchKernel");
    *(void **)&cuda.synchronize = dlsym(driver, "cuCtxSynchronize");
    *(void **)&cuda.allocate = dlsym(driver, "cuMemAlloc_v2");
    *(void **)&cuda.info = dlsym(driver, "cuMemGetInfo_v2");
    handle context = NULL;
    int error = cuda.init(0);
    error = error ? error : cuda.retain(&context, 0);
    error = error ? error : cuda.current(context);
    bound = !error;
    return error;
}

#ifndef HOARD
static int trap(void) {
    handle module, kernel;
    int error = bind_context();
    error = error ? error : cuda.load(&module, PTX);
    error = error ? error : cuda.function(&kernel, module, "fail");
    error = error ? error : cuda.launch(kernel, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, NULL);
    if (error) {
        return error;
    }
    fprintf(stderr, "gpufault: the kernel ended with %d\n", cuda.synchronize());
    return 0;
}

static int leak(void) {
    address at;
    int error = bind_context();
    return error ? error : cuda.allocate(&at, (size_t)256 << 20);
}
#else
int main(void) {
    int error = bind_context();
    size_t left = 0, all = 0;
    for (size_t part = (size_t)1 << 30; !error && part >= (size_t)1 << 20; part /= 2) {
        address at;
        while (cuda.info(&left, &all) == 0 && left > part + ((size_t)64 << 20) && cuda.allocate(&at, part) == 0) {
        }
    }
    printf("%d: %zu of %zu MiB are left\n", error, left >> 20, all >> 20);
    fflush(stdout);
    while (getchar() != EOF) {
    }
    return error;
}
#endif

#ifndef HOARD
static void look(const char *folder, const char *name, int (*act)(void)) {
    char file[4096], done[4102];
    snprintf(file, sizeof file, "%s/%s", folder, name);
    snprintf(done, sizeof done, "%s.done", file);
    if (access(file, F_OK) == 0) {
        int error = act();
        if (error) {
            fprintf(stderr, "gpufault: %s: error %d\n", name, error);
        }
        rename(file, done);
    }
}

static void *watch(void *folder) {
    for (;;) {
        look(folder, "trap", trap);
        look(folder, "leak", leak);
        usleep(50000);
    }
    return NULL;
}

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("GPUFAULT");
    pthread_t thread;
    if (folder) {
        pthread_create(&thread, NULL, watch, strdup(folder));
    }
}
#endif
