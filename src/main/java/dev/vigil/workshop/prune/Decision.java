package dev.vigil.workshop.prune;

/** Which atoms can go: nobody reads them, or what they say can be put into a bias. Stateless. */
final class Decision {
    private Decision() {}

    /** By atom; whether it goes. Of every value at least one channel stays. */
    static boolean[] removed(Flow flow) {
        Atoms atoms = flow.atoms;
        boolean[] goes = new boolean[atoms.count()];
        for (int atom = 0; atom < goes.length; atom++) {
            goes[atoms.find(atom)] = !atoms.isPinned(atom);
        }
        for (Use use : flow.uses) {
            for (int channel = 0; channel < use.in().count(); channel++) {
                int atom = atoms.find(use.in().atoms()[channel]);
                goes[atom] &= use.canDo(channel, flow.threshold);
            }
        }
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Channels channels : flow.channels.values()) {
                if (channels.count() > 0 && !anyStays(channels.atoms(), goes, atoms)) {
                    goes[atoms.find(channels.atoms()[0])] = false;
                    changed = true;
                }
            }
        }
        for (int atom = 0; atom < goes.length; atom++) {
            goes[atom] = goes[atoms.find(atom)];
        }
        return goes;
    }

    private static boolean anyStays(int[] some, boolean[] goes, Atoms atoms) {
        for (int atom : some) {
            if (!goes[atoms.find(atom)]) {
                return true;
            }
        }
        return false;
    }
}
