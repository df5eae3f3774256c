/**
 * What can be wrong with code cache and TLB: each as the end of a sentence that begins with what it
 * is wrong with. `brokenInvariants` looks for all of them, `planted-faults.test.ts` plants each.
 */
export const translationFaults = {
  recordsOutOfPool: "are in no code page",
  recordsOfOthers: "belong to pages with different code",
  straddling: "straddles or does not",
  sharedEntry: "shares an entry",
  regionGone: "is an entry of a region that is not live",
  regionElsewhere: "is an entry of a region which is not of that page",
  entryElsewhere: "has an entry of another place",
  entryTwice: "enters its region where another entry does",
  otherOperation: "is executed as something else than it holds",
  otherOperands: "has other operands than its bytes",
  noLinks: "has no page",
  linksLeft: "is gone with links",
  linkDropped: "has a page that was dropped",
  otherPage: "leads to another page than the page tables",
  otherRecords: "leads to other records than its page's",
  otherFrame: "leads to another frame than its page's",
  writesCode: "leads to decoded code",
  writesShared: "is not writable",
  noHint: "would not follow its page to a copy",
  sharedAndWritable: "is shared and writable",
} as const;
