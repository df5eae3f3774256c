/** A package as it lies unpacked: what dpkg's database has to say about it. */
export interface UnpackedPackage {
  readonly name: string;
  /** The control file's fields as they are, without a line break at the end. */
  readonly control: string;
  /** Absolute paths as in dpkg's lists, `/.` first, in the archive's order. */
  readonly files: readonly string[];
  /** Paths of configuration files and their MD5 sums in hexadecimal. */
  readonly configurationFiles: readonly (readonly [path: string, md5: string])[];
  /** What the package's `triggers` file says, or nothing. */
  readonly triggers: string;
  /** Several architectures may have it installed at once: its files in the database are qualified. */
  readonly coinstallable: boolean;
}
