/**
 * Collects what is new of the garbage of this thread's runtime, in well below a millisecond, where there is
 * time for it: a collection that the runtime itself begins may fall into the moment in which the guest
 * stands still. Not all of the garbage: with it would go what the runtime's compiler has learnt about
 * objects that there are only while a machine is saved or made.
 */
export type Tidy = () => void;
