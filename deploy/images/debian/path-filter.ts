/**
 * Reads the lines `path-exclude=GLOB` and `path-include=GLOB` of a dpkg configuration file and
 * returns whether dpkg would leave a path out when it unpacks. The last line that matches decides;
 * `*` and `?` match slashes, too. See dpkg(1), option --path-exclude.
 */
export function pathFilter(configuration: string): (path: string) => boolean {
  const rules = configuration.split("\n").flatMap((line) => {
    const match = /^path-(exclude|include)=(.+)$/.exec(line);
    return match === null ? [] : [{ leaveOut: match[1] === "exclude", glob: expression(match[2]) }];
  });
  return (path) => rules.findLast(({ glob }) => glob.test(path))?.leaveOut ?? false;
}

function expression(glob = ""): RegExp {
  const source = [...glob].map((one) => wildcards.get(one) ?? one.replace(/[^\w/-]/g, "\\$&"));
  return new RegExp(`^${source.join("")}$`);
}

const wildcards = new Map([
  ["*", ".*"],
  ["?", "."],
]);
