const kernelArtefact = `artefacts:
  - { name: kernel, description: an image, max-bytes: 64K }
machine:
  ram: 16M
  firmware: none
  kernel: { submission: kernel }
`;

/** What can be handed in while testing. */
export const testAssignments = {
  greet: `name: greet
title: Greet and stop
${kernelArtefact}limits: { instructions: 100M, output: 4K, wall-clock: 60s }
steps:
  - { name: Greets, expect: hello, within: 10M, points: 3 }
  - { name: Stops, exit-code: 0, within: 10M, points: 1 }
`,
  endless: `name: endless
title: Never ends
${kernelArtefact}limits: { instructions: 900G, wall-clock: 10m }
steps:
  - { name: Starts, expect: ready, within: 10M, points: 1 }
  - { name: Ends, expect: never, within: 60G, points: 1 }
`,
  long: `name: long
title: Takes a few seconds
${kernelArtefact}limits: { instructions: 900G, wall-clock: 10m }
steps:
  - { name: Starts, expect: ready, within: 10M, points: 1 }
  - { name: Ends, expect: never, within: 6G, points: 1 }
`,
  pair: `name: pair
title: Two harts work together
${kernelArtefact}  harts: 2
limits: { instructions: 100M, output: 4K, wall-clock: 60s }
steps:
  - { name: Both, expect: both, within: 10M, points: 2 }
  - { name: Stops, exit-code: 0, within: 10M, points: 1 }
`,
  relay: `name: relay
title: Two harts hand a token around
${kernelArtefact}  harts: 2
limits: { instructions: 10G, output: 8K, wall-clock: 10m }
steps:
  - { name: Begins, expect: abab, within: 10M, points: 1 }
  - { name: Stops, exit-code: 0, within: 5G, points: 2 }
  - { name: Writes little, assert: { exits: { mmio.read: "> 10k", mmio.write: "< 20k" }, since: Begins }, points: 1 }
`,
  work: `name: work
title: Works for a while
${kernelArtefact}limits: { instructions: 100G, output: 4K, wall-clock: 10m }
profile: { period: 999983 }
steps:
  - { name: Begins, expect: "[A-P][a-p]", within: 100M, points: 1 }
  - { name: Works, expect: "([A-P][a-p]){20}", within: 5G, points: 2 }
  - { name: Ends, expect: end, within: 50G, points: 3 }
  - { name: Stops, exit-code: 0, within: 10M, points: 1 }
`,
  sampled: `name: sampled
title: Is looked at while it runs
${kernelArtefact}limits: { instructions: 100M, output: 4K, wall-clock: 60s }
profile: { period: 10007 }
steps:
  - { name: Stops, exit-code: 0, within: 50M, points: 1 }
`,
  roomy: `name: roomy
title: May take more memory than there is twice
${kernelArtefact.replace(/ram: \w+/, "ram: 2G")}limits: { instructions: 100G, output: 4K, wall-clock: 10m }
steps:
  - { name: Ends, expect: end, within: 50G, points: 3 }
  - { name: Stops, exit-code: 0, within: 10M, points: 1 }
`,
  guarded: `name: guarded
title: Has one second
${kernelArtefact}limits: { instructions: 900G, wall-clock: 1s }
steps:
  - { name: Starts, expect: ready, within: 10M, points: 1 }
  - { name: Ends, expect: never, within: 60G, points: 1 }
`,
  broken: `name: broken
title: Has a fault
machine:
  ram: lots
`,
} as const satisfies Readonly<Record<string, string>>;
