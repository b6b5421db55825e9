package dev.vigil.workshop.prune;

import java.util.Arrays;

/** Channels that can only be removed together are one: disjoint sets, of which some must stay. Not threadsafe. */
final class Atoms {
    private int[] parent = new int[1024];
    private boolean[] pinned = new boolean[1024];
    private int count;

    /** New ones, each by itself. */
    int[] fresh(int howMany) {
        int needed = Math.addExact(count, howMany);
        if (needed > parent.length) {
            int size = Math.max(needed, 2 * parent.length);
            parent = Arrays.copyOf(parent, size);
            pinned = Arrays.copyOf(pinned, size);
        }
        int[] made = new int[howMany];
        for (int i = 0; i < howMany; i++) {
            parent[count] = count;
            made[i] = count++;
        }
        return made;
    }

    /** Which one stands for all that it goes with. */
    int find(int atom) {
        int at = atom;
        while (parent[at] != at) {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        return at;
    }

    void join(int one, int other) {
        int a = find(one);
        int b = find(other);
        parent[b] = a;
        pinned[a] |= pinned[b];
    }

    void join(int[] some, int[] others) {
        for (int i = 0; i < some.length; i++) {
            join(some[i], others[i]);
        }
    }

    /** They must stay. */
    void pin(int[] some) {
        for (int atom : some) {
            pinned[find(atom)] = true;
        }
    }

    boolean isPinned(int atom) {
        return pinned[find(atom)];
    }

    int count() {
        return count;
    }
}
