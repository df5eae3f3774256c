import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageFailure } from "../usage-failure.ts";
import { options } from "./options.ts";
import { optionsHelp } from "./options-help.ts";
import { parseOptions } from "./parse-options.ts";
import { toLocalRun } from "./to-local-run.ts";

const MiB = 2 ** 20;

function read(line: string) {
  return toLocalRun(parseOptions(line.split(" ").filter((word) => word !== "")));
}

function refusal(line: string): UsageFailure {
  try {
    read(line);
  } catch (error) {
    if (error instanceof UsageFailure) {
      return error;
    }
    throw error;
  }
  throw new Error(`'${line}' was accepted`);
}

describe("a command line that works with qemu-system-riscv64", () => {
  test("xv6's own makes the same machine here", () => {
    const run = read(
      "-machine virt -bios none -kernel kernel/kernel -m 128M -smp 1 -nographic " +
        "-global virtio-mmio.force-legacy=false -drive file=fs.img,if=none,format=raw,id=x0 " +
        "-device virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0",
    );
    expect(run).toMatchObject({
      ramBytes: 128 * MiB,
      firmware: "none",
      kernel: "kernel/kernel",
      console: "escapes",
      onReboot: "restart",
      time: "virtual",
      disks: [{ name: "x0", file: "fs.img", readOnly: false, snapshot: false }],
      virtio: [{ kind: "block", slot: 0, disk: "x0", readOnly: false }],
    });
  });

  test("Linux with an initrd, a read-only disk and random numbers boots on our SBI", () => {
    const run = toLocalRun(
      parseOptions([
        ...["-M", "virt", "-cpu", "rv64", "-m", "1G", "-display", "none", "-no-reboot"],
        ...["-serial", "stdio", "-monitor", "none", "--kernel", "Image", "--initrd", "initrd.gz"],
        ...["-append", "console=ttyS0 root=/dev/vda", "-device", "virtio-rng-device"],
        ...["-drive", "if=none,id=d,file=a,,b.img,format=raw,readonly"],
        ...["-device", "virtio-blk-device,drive=d", "-rtc", "base=utc"],
      ]),
    );
    expect(run).toMatchObject({
      ramBytes: 1024 * MiB,
      firmware: "sbi",
      initrd: "initrd.gz",
      commandLine: "console=ttyS0 root=/dev/vda",
      console: "signals",
      onReboot: "exit",
      disks: [{ name: "d", file: "a,b.img", readOnly: true }],
      virtio: [
        { kind: "rng", slot: 7 },
        { kind: "block", slot: 6, disk: "d", readOnly: true },
      ],
    });
  });

  test.each([
    ["-m 64", 64 * MiB],
    ["-m 64m", 64 * MiB],
    ["-m 0.5G", 512 * MiB],
    ["-m 0x40", 64 * MiB],
    ["-m 16384k", 16 * MiB],
    ["-m size=96M", 96 * MiB],
    ["-m 1048577B", MiB + 8192],
    ["-m 0", 128 * MiB],
    ["", 128 * MiB],
  ])("%j gives %i bytes of RAM", (line, bytes) => {
    expect(read(`-kernel k ${line}`).ramBytes).toBe(bytes);
  });

  test.each([
    ["", "escapes"],
    ["-nographic", "escapes"],
    ["-serial mon:stdio", "escapes"],
    ["-serial stdio -display none", "signals"],
    ["-nographic -serial none", "none"],
    ["-serial null", "none"],
    ["-nodefaults", "none"],
    ["-nodefaults -serial stdio", "signals"],
  ])("%j wires the console as %j", (line, console) => {
    expect(read(`-kernel k ${line}`).console).toBe(console);
  });

  test.each([
    ["-device virtio-rng-device -device virtio-rng-device", [7, 6]],
    ["-device virtio-rng-device,bus=virtio-mmio-bus.7 -device virtio-rng-device", [7, 6]],
    ["-device virtio-rng-device -device virtio-rng-device,bus=virtio-mmio-bus.0", [7, 0]],
  ])("%s takes the slots %j", (line, slots) => {
    expect(read(`-kernel k ${line}`).virtio.map(({ slot }) => slot)).toEqual(slots);
  });

  test("a network card, a console and packed rings", () => {
    const { virtio } = read(
      "-kernel k -netdev loopback,id=n -device virtio-net-device,netdev=n,mac=52:54:00:00:00:01 " +
        "-device virtio-net-device -device virtio-serial-device -device virtconsole " +
        "-device virtio-rng-device,packed=on",
    );
    expect(virtio).toEqual([
      { kind: "net", slot: 7, network: "n", mac: "52:54:00:00:00:01" },
      { kind: "net", slot: 6, network: "none" },
      { kind: "console", slot: 5, takesInput: true },
      { kind: "rng", slot: 4, packed: true },
    ]);
  });

  test("xv6's for gdb, with three harts, waits for gdb before it starts", () => {
    const run = read(
      "-machine virt -bios none -kernel kernel/kernel -m 128M -smp 3 -nographic -S -gdb tcp::25000",
    );
    expect(run).toMatchObject({
      harts: 3,
      startsPaused: true,
      gdb: { kind: "tcp", host: "127.0.0.1", port: 25000 },
    });
    expect(read("-kernel k -s").gdb).toEqual({ kind: "tcp", host: "127.0.0.1", port: 1234 });
    expect(read("-kernel k -gdb unix:/s").gdb).toEqual({ kind: "unix", path: "/s" });
  });

  test("its Makefile finds -gdb in the help and a version that is new enough", () => {
    expect(optionsHelp()).toMatch(/^-gdb/m);
    expect(parseOptions(["--version"]).information).toMatch(/^QEMU emulator version 7\.2\./);
  });

  test.each([
    ["-smp 4", 4],
    ["-smp cpus=2,cores=2", 2],
    ["-smp cores=2,threads=2", 4],
    ["-smp 2,sockets=1", 2],
    ["-smp 4,cores=2", 4],
    ["-smp 4,sockets=2,cores=1", 4],
    ["-smp 2,maxcpus=4", 2],
    ["", 1],
  ])("%j makes %i harts", (line, harts) => {
    expect(read(`-kernel k ${line}`).harts).toBe(harts);
  });

  test.each([
    ["-serial file:out.txt", { kind: "file", path: "out.txt" }],
    ["-serial pipe:p", { kind: "pipe", path: "p" }],
    [
      "-serial unix:/s,server,nowait",
      { kind: "socket", address: { kind: "unix", path: "/s" }, listens: true, waits: false },
    ],
    [
      "-serial tcp::4444,server=on",
      {
        kind: "socket",
        address: { kind: "tcp", host: "127.0.0.1", port: 4444 },
        listens: true,
        waits: true,
      },
    ],
    ["-chardev null,id=c -serial chardev:c", "none"],
    ["-chardev stdio,id=c,mux=on -serial chardev:c", "escapes"],
    ["-chardev stdio,id=c,mux=on -serial chardev:c -mon chardev=c,mode=readline", "escapes"],
    ["-chardev stdio,id=c -serial chardev:c", "signals"],
    ["-serial chardev:c -chardev stdio,id=c", "signals"],
    ["-serial pty", { kind: "pty" }],
    ["-qmp stdio", "none"],
    [
      "-nographic -chardev stdio,id=c -device virtio-serial-device -device virtconsole,chardev=c",
      "none",
    ],
    ["-chardev file,id=c,path=f -serial chardev:c", { kind: "file", path: "f" }],
    ["-monitor stdio", "none"],
  ])("%j leads the serial port to %j", (line, console) => {
    expect(read(`-kernel k ${line}`).console).toEqual(console);
  });

  test("monitors, for people and for programs", () => {
    const { monitors, terminalMonitor } = read(
      "-kernel k -monitor tcp::4444,server=on,wait=off -qmp unix:/q,server,nowait " +
        "-chardev socket,id=m,path=/m,server=on -mon chardev=m,mode=control,pretty=on",
    );
    expect(terminalMonitor).toBeUndefined();
    expect(monitors).toMatchObject([
      { label: "compat_monitor0", mode: "readline", isPretty: false, end: { waits: false } },
      { label: "compat_monitor1", mode: "control", end: { address: { path: "/q" } } },
      { label: "m", mode: "control", isPretty: true, end: { listens: true, waits: true } },
    ]);
    expect(read("-kernel k -qmp stdio").terminalMonitor).toMatchObject({ mode: "control" });
    expect(read("-kernel k -monitor none").terminalMonitor).toBeUndefined();
  });

  test("a virtio console with a stream of its own", () => {
    const { virtio, secondConsole } = read(
      "-kernel k -chardev file,id=v,path=f -device virtio-serial-device -device virtconsole,chardev=v",
    );
    expect(virtio).toEqual([{ kind: "console", slot: 7, takesInput: true, console: "v" }]);
    expect(secondConsole).toEqual({ name: "v", end: { kind: "file", path: "f" } });
  });

  test.each([
    ["none,id=n", { kind: "none" }, "virtual"],
    ["hubport,id=n,hubid=3", { kind: "hub", hub: 3, behind: undefined }, "virtual"],
    [
      "socket,id=n,listen=:1234",
      { kind: "stream", address: { kind: "tcp", host: "127.0.0.1", port: 1234 }, listens: true },
      "host",
    ],
    [
      "stream,id=n,server=off,addr.type=unix,addr.path=/s",
      { kind: "stream", address: { kind: "unix", path: "/s" }, listens: false },
      "host",
    ],
    [
      "socket,id=n,mcast=230.0.0.1:1234",
      { kind: "datagrams", remote: { host: "230.0.0.1", port: 1234 }, local: undefined },
      "host",
    ],
    [
      "dgram,id=n,local.type=inet,local.host=127.0.0.1,local.port=1,remote.type=inet,remote.host=127.0.0.1,remote.port=2",
      {
        kind: "datagrams",
        local: { host: "127.0.0.1", port: 1 },
        remote: { host: "127.0.0.1", port: 2 },
      },
      "host",
    ],
  ])("-netdev %s, and the clock that goes with it", (words, end, time) => {
    const run = read(`-kernel k -netdev ${words} -device virtio-net-device,netdev=n`);
    expect(run.networks).toEqual([{ name: "n", end, captures: [] }]);
    expect(run.time).toBe(time);
    expect(read(`-kernel k -netdev ${words} --time virtual`).time).toBe("virtual");
  });

  test("the host's network has QEMU's addresses, and ways into the guest", () => {
    const [network] = read(
      "-kernel k -netdev user,id=n,hostfwd=tcp:127.0.0.1:2222-:22,hostfwd=udp::53-10.0.2.15:53,restrict=on",
    ).networks;
    expect(network?.end).toEqual({
      kind: "user",
      options: {
        ...{ guest: "10.0.2.15", prefix: 24, router: "10.0.2.2", nameServer: "10.0.2.3" },
        ...{ hasIpv6: false, searchDomains: [], isRestricted: true },
        forwards: [
          { protocol: "tcp", hostAddress: "127.0.0.1", hostPort: 2222, guestPort: 22 },
          { protocol: "udp", hostAddress: undefined, hostPort: 53, guestPort: 53 },
        ],
      },
    });
    const [other] = read(
      "-kernel k -netdev user,id=n,net=192.168.76.0/24,dhcpstart=192.168.76.9",
    ).networks;
    expect(other?.end).toMatchObject({
      options: { guest: "192.168.76.9", router: "192.168.76.2", prefix: 24 },
    });
  });

  test("frames of a network are recorded, wherever the filter stands", () => {
    const run = read(
      "-kernel k -object filter-dump,id=f,netdev=n,file=p.pcap,maxlen=96 -netdev none,id=n",
    );
    expect(run.networks[0]?.captures).toEqual([{ file: "p.pcap", mostBytes: 96 }]);
  });

  test("the loader brings files and numbers, and stands in for a kernel", () => {
    const { loads } = read(
      "-bios none -device loader,file=os.bin,addr=0x80200000 " +
        "-device loader,addr=0x80001000,data=0x1234,data-len=2,data-be=on",
    );
    expect(loads).toEqual([
      { address: 0x8020_0000, content: { file: "os.bin" } },
      { address: 0x8000_1000, content: { bytes: Uint8Array.of(0x12, 0x34) } },
    ]);
  });

  test.each([
    [
      "xv6's with a debugger",
      "-machine virt -bios none -kernel kernel/kernel -m 128M -smp 3 -nographic " +
        "-global virtio-mmio.force-legacy=false -drive file=fs.img,if=none,format=raw,id=x0 " +
        "-device virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0 -S -gdb tcp::26000",
    ],
    [
      "rCore-Tutorial's",
      "-machine virt -nographic -bios ../bootloader/rustsbi-qemu.bin " +
        "-device loader,file=os.bin,addr=0x80200000 -drive file=fs.img,if=none,format=raw,id=x0 " +
        "-device virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0",
    ],
    [
      "that of OS in 1000 lines",
      "-machine virt -bios default -nographic -serial mon:stdio --no-reboot " +
        "-d unimp,guest_errors,int,cpu_reset -D qemu.log " +
        "-drive id=drive0,file=lorem.txt,format=raw,if=none " +
        "-device virtio-blk-device,drive=drive0,bus=virtio-mmio-bus.0 -kernel kernel.elf",
    ],
    [
      "that of the RISC-V OS in Rust, without its display",
      "-machine virt -cpu rv64 -d guest_errors,unimp -smp 4 -m 128M " +
        "-drive if=none,format=raw,file=hdd.dsk,id=foo " +
        "-device virtio-blk-device,scsi=off,drive=foo -nographic -serial mon:stdio -bios none " +
        "-device virtio-rng-device -device virtio-net-device -kernel os",
    ],
    [
      "one with everything",
      "-M virt -cpu rv64 -accel tcg,thread=single -icount shift=0 -monitor none -display none " +
        "-d int,in_asm,cpu,exec,nochain -D log -rtc base=utc -object rng-random,id=r " +
        "-device virtio-rng-device,rng=r,max-bytes=1024,period=1000 " +
        "-netdev user,id=n,hostfwd=tcp::8080-:80 " +
        "-device virtio-net-device,netdev=n,csum=off -serial file:out -kernel k",
    ],
  ])("%s is accepted", (_whose, line) => {
    expect(read(line).ramBytes).toBe(128 * MiB);
  });

  test("logs, device trees and instruction counts", () => {
    const run = read("-M virt,dumpdtb=t.dtb -kernel k -dtb d -d in_asm,int -D log -icount shift=0");
    expect(run).toMatchObject({ deviceTreeDump: "t.dtb", deviceTree: "d", traceFile: "log" });
    expect([...run.trace]).toEqual(["in_asm", "int"]);
  });

  test("of an option that is given twice the last counts", () => {
    expect(read("-kernel a -m 1G -kernel b -m 64")).toMatchObject({
      kernel: "b",
      ramBytes: 64 * MiB,
    });
  });

  test("a drive with if=virtio, or with none that no device names, has a device of its own", () => {
    const { disks, virtio } = read(
      "-kernel k -drive file=a,format=raw,if=virtio -drive file=b -drive file=c,id=c " +
        "-drive file=d,if=none,id=d -device virtio-blk-device,drive=c",
    );
    expect(disks.map(({ name, file }) => [name, file])).toEqual([
      ["virtio0", "a"],
      ["virtio1", "b"],
      ["c", "c"],
      ["d", "d"],
    ]);
    expect(virtio).toMatchObject([
      { disk: "c", slot: 7 },
      { disk: "virtio0", slot: 6 },
      { disk: "virtio1", slot: 5 },
    ]);
  });

  test("firmware from a file may come without a kernel", () => {
    expect(read("-bios fw.bin")).toMatchObject({ firmware: { file: "fw.bin" }, kernel: undefined });
  });
});

describe("Trapline's own options", () => {
  test("choose time, limits and reports, with a blank or '='", () => {
    expect(
      read("-kernel k --time=host --max-instructions 1.5G --exits - --hash -seed 0x10 --script s"),
    ).toMatchObject({
      time: "host",
      maxInstructions: 1_500_000_000,
      exits: { file: "-", isJson: false },
      printsHash: true,
      seed: 16,
      scriptFile: "s",
    });
  });
});

test("a profile has a file, a distance and names, and does not go together with a trace", () => {
  expect(read("-kernel k --profile p").profile).toEqual({ file: "p", period: 99_991 });
  const all = read("-kernel k --profile p --symbols s --profile-period 10k").profile;
  expect(all).toEqual({ file: "p", period: 10_000, symbols: "s" });
  expect(() => read("-kernel k --symbols s")).toThrow("no profile to use it for");
  expect(() => read("-kernel k --profile p -d int")).toThrow("do not go together");
  expect(() => read("-kernel k --profile p --profile-period 0")).toThrow(
    "not a number of instructions",
  );
});

test("exits go to a file as JSON, and to standard output as a table or as JSON", () => {
  expect(read("-kernel k --exits f").exits).toEqual({ file: "f", isJson: false });
  expect(read("-kernel k --exits - --json").exits).toEqual({ file: "-", isJson: true });
  expect(read("-kernel k").exits).toBeUndefined();
  expect(() => read("-kernel k --exits f --json")).toThrow("--json is of use with --exits - only");
});

describe("a command line that cannot be used", () => {
  test.each([
    ["-kernal k", "option-unknown", "-kernal: unknown option; the nearest known one is -kernel"],
    ["--max-instruction 5", "option-unknown", "nearest known one is --max-instructions"],
    ["-machine virtt", "choice-unknown", "the only one is 'virt'"],
    ["-M virt,acell=tcg", "property-unknown", "nearest known one is 'accel'"],
    ["-M virt,accel=kvm", "value-unsupported", "accel=kvm is not supported"],
    ["-cpu rv32", "choice-unknown", "the nearest known one is 'rv64'"],
    ["-cpu rv64,v=true", "value-unsupported", "v=true"],
    ["-device virtio-blk-devise", "choice-unknown", "nearest known one is 'virtio-blk-device'"],
    ["-device virtio-net-pci", "device-unsupported", "the machine has no PCI"],
    ["-kernel k -device virtio-net-device,netdev=n", "netdev-missing", "no netdev 'n'"],
    ["-netdev tap,id=n", "netdev-unsupported", "needs rights"],
    ["-netdev usr,id=n", "choice-unknown", "nearest known one is 'user'"],
    ["-netdev user,id=n,hostfwd=tcp:2222:22", "hostfwd-malformed", "tcp:2222:22"],
    ["-netdev user,id=n,hostfwd=tcp::0-:22", "hostfwd-malformed", "tcp::0-:22"],
    ["-netdev user,id=n,hostfwd=tcp::22-10.0.2.9:22", "hostfwd-target", "10.0.2.15"],
    ["-netdev user,id=n,tftp=/srv", "value-unsupported", "tftp="],
    ["-netdev user,id=n,net=10.0.2", "address-malformed", "net=10.0.2"],
    ["-netdev user,id=n,hostfw=x", "property-unknown", "nearest known one is 'hostfwd'"],
    ["-netdev socket,id=n", "socket-ways", "nowhere to go"],
    ["-netdev socket,id=n,listen=:1,connect=:2", "socket-ways", "exclude each other"],
    ["-netdev socket,id=n,listen=1234", "address-malformed", "listen=1234"],
    ["-netdev socket,id=n,udp=h:1", "localaddr-missing", "udp="],
    ["-netdev socket,id=n,fd=3", "property-unknown", "'fd'"],
    ["-netdev stream,id=n,addr.type=fd", "choice-unknown", "addr.type"],
    ["-netdev stream,id=n,addr.type=unix", "path-missing", "addr.path"],
    ["-netdev stream,id=n,addr.type=inet,addr.host=h", "port-malformed", "addr.port=PORT"],
    ["-netdev dgram,id=n,local.type=inet,local.port=1", "remote-missing", "no far end"],
    ["-netdev dgram,id=n,remote.type=unix", "value-unsupported", "no datagrams on Unix"],
    ["-netdev hubport,id=n", "hub-malformed", "hubid=N is missing"],
    ["-kernel k -netdev hubport,id=h,hubid=0,netdev=x", "netdev-missing", "no netdev 'x'"],
    [
      "-kernel k -netdev hubport,id=h,hubid=0,netdev=n -netdev none,id=n " +
        "-device virtio-net-device,netdev=n",
      "netdev-in-use",
      "has two ends",
    ],
    ["-object filter-dump,id=f,file=p", "filter-malformed", "a network and a file"],
    ["-kernel k -object filter-dump,id=f,file=p,netdev=n", "netdev-missing", "no netdev 'n'"],
    ["-object filter-dmp,id=f", "choice-unknown", "nearest known one is 'filter-dump'"],
    ["-object rng-builtin", "object-id", "needs an id"],
    ["-kernel k -device virtio-rng-device,rng=r", "object-missing", "no object 'r'"],
    ["-device loader,file=f", "loader-malformed", "addr=ADDRESS is missing"],
    ["-device loader,addr=0x80000000,data=5", "loader-malformed", "needs its length"],
    ["-device loader,addr=here,file=f", "number-malformed", "addr=here"],
    ["-device virtio-gpu-device", "device-unsupported", "no display"],
    ["-nic user", "option-unsupported", "two options"],
    ["-net nic,model=e1000", "option-unsupported", "two options"],
    ["-semihosting", "option-unsupported", "no semihosting"],
    ["-accel kvm", "accelerator-unsupported", "'kvm'"],
    ["-machine sifive_u", "machine-unsupported", "another board"],
    ["-machine virt,aia=aplic", "value-unsupported", "PLIC"],
    ["-netdev loopback", "netdev-id", "a network needs an id"],
    ["-netdev none,id=n -netdev none,id=n", "netdev-id", "two networks 'n'"],
    ["-device virtconsole", "console-without-bus", "needs a virtio-serial-device"],
    ["-device virtio-blk-device,drvie=x", "property-unknown", "nearest known one is 'drive'"],
    ["-device virtio-rng-device,bus=virtio-mmio-bus.8", "bus-unknown", "no bus"],
    ["-drive file=f,id=x,readnoly=on", "property-unknown", "nearest known one is 'readonly'"],
    ["-drive file=f,id=x,if=virtoi", "choice-unknown", "nearest known one is 'virtio'"],
    [
      "-kernel k -drive file=f,id=x,if=virtio -device virtio-blk-device,drive=x",
      "drive-in-use",
      "another device",
    ],
    ["-device virtio-blk-pci,drive=x", "device-unsupported", "has no PCI"],
    ["-drive file=f,id=x,format=qcow2", "value-unsupported", "only raw images"],
    ["-drive file=f,if=none", "drive-without-id", "needs an id"],
    ["-drive id=x", "drive-without-file", "needs a file"],
    ["-global virtio-mmio.force-legacy=true", "value-unsupported", "no legacy"],
    ["-global virtio-mmio.force-legcy=false", "property-unknown", "virtio-mmio.force-legacy"],
    ["-serial sdtio", "choice-unknown", "nearest known one is 'stdio'"],
    ["-serial stdio -serial none", "serial-twice", "one serial port"],
    ["-monitor tcp:1", "port-malformed", "-monitor tcp:1"],
    ["-qmp sdtio", "choice-unknown", "nearest known one is 'stdio'"],
    ["-mon mode=control", "chardev-missing", "needs a character device"],
    ["-mon chardev=c,mode=qmp", "choice-unknown", "monitor mode"],
    ["-kernel k -qmp stdio -serial mon:stdio", "terminal-twice", "both want the terminal"],
    [
      "-kernel k -chardev pty,id=c -serial chardev:c -mon c",
      "chardev-in-use",
      "both want the character device 'c'",
    ],
    ["-kernel k -monitor stdio -serial stdio", "terminal-twice", "both want the terminal"],
    ["-serial vc", "stream-unsupported", "no display"],
    ["-serial /dev/ttyS0", "choice-unknown", "'/dev/ttyS0'"],
    ["-chardev vc,id=c", "stream-unsupported", "no display"],
    ["-chardev socket,id=c,path=p,reconnect=1", "value-unsupported", "reconnect=1"],
    ["-serial tcp:host", "port-malformed", "not a TCP port"],
    ["-kernel k -serial chardev:c", "chardev-missing", "no character device 'c'"],
    ["-chardev file,path=f", "chardev-id", "needs an id"],
    ["-gdb tcp:1234", "gdb-malformed", "'tcp:1234'"],
    ["-gdb tcp::99999", "gdb-malformed", "'tcp::99999'"],
    ["-icount shift=3", "value-unsupported", "shift=3"],
    ["-icount auto", "value-unsupported", "shift=auto"],
    ["-d in_assm", "choice-unknown", "nearest known one is 'in_asm'"],
    ["-kernel k -dtb t -append a", "device-tree-fixed", "-append"],
    ["-display gtk", "choice-unknown", "-display gtk"],
    ["-smp 9", "harts-unsupported", "-smp 9: 9 harts"],
    ["-smp 0", "harts-malformed", "cpus=0"],
    ["-smp 4,cores=3", "harts-contradictory", "make 3 harts, not 4"],
    ["-smp 4,sockets=1,cores=1,threads=1", "harts-contradictory", "make 1 harts, not 4"],
    ["-smp 4,maxcpus=2", "harts-contradictory", "make 2 harts, not 4"],
    ["-hda disk.img", "option-unsupported", "-hda: there is no IDE or SCSI controller"],
    ["-device e1000", "device-unsupported", "the machine has no PCI"],
    ["-device virtio-blk-pci,drive=x", "device-unsupported", "the machine has no PCI"],
    ["-m 12q", "size-malformed", "'12q' is not a size"],
    ["-m 8G", "memory-too-large", "8G"],
    ["--max-instructions 0", "count-malformed", "'0'"],
    ["--seed 4294967296", "seed-malformed", "4294967296"],
    ["--time real", "choice-unknown", "'real' is not a known time"],
    ["-rtc base=localtime", "value-unsupported", "base=localtime"],
    ["-kernel", "value-missing", "-kernel: a value is missing"],
    ["-kernel=k", "option-with-equals", "does not take '='"],
    ["--hash=1", "option-with-equals", "does not take '='"],
    ["disk.img", "argument-unexpected", "'disk.img' is not an option"],
    ["-", "argument-unexpected", "'-' is not an option"],
    ["", "kernel-missing", "nothing to start"],
    ["-bios fw -initrd i", "kernel-missing", "-initrd is only allowed with -kernel"],
    ["-bios fw -append a", "kernel-missing", "-append is only allowed with -kernel"],
    ["-kernel k -device virtio-blk-device,drive=y", "drive-missing", "no drive 'y'"],
    ["-kernel k -device virtio-blk-device", "drive-missing", "drive=ID is missing"],
    ["-drive file=f,id=x -drive file=g,id=x", "drive-twice", "two drives with the id 'x'"],
    [
      "-kernel k -drive file=f,id=x -device virtio-blk-device,drive=x -device virtio-blk-device,drive=x",
      "drive-in-use",
      "already in use",
    ],
    [
      "-kernel k -device virtio-rng-device,bus=virtio-mmio-bus.1 -device virtio-rng-device,bus=virtio-mmio-bus.1",
      "slot-taken",
      "'virtio-mmio-bus.1' is full",
    ],
    [`-kernel k ${"-device virtio-rng-device ".repeat(9)}`, "slots-used-up", "no bus is free"],
  ])("%j is refused with %s", (line, code, sentence) => {
    const failure = refusal(line);
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(sentence);
    expect(failure.hint).not.toBe("");
  });
});

describe("help", () => {
  test.each(["-h", "-help", "--help"])("%s lists every option", (word) => {
    const text = parseOptions([word]).information ?? "";
    expect(text).toBe(optionsHelp());
    for (const { names, summary } of options) {
      expect(text).toContain(`-${names[0]}`);
      expect(text).toContain(summary);
    }
  });

  test.each([
    ["-machine help", "virt"],
    ["-cpu help", "rv64"],
    ["-device help", 'name "virtio-blk-device"'],
    ["-device virtio-blk-device,help", "drive=ID"],
  ])("%s lists what there is", (line, text) => {
    expect(parseOptions(line.split(" ")).information).toContain(text);
  });
});

describe("any words at all", () => {
  const names = options.flatMap(({ names }) => [...names]);
  const fragment = fc.constantFrom(
    ...names.flatMap((name) => [`-${name}`, `--${name}`, `--${name}=1`]),
    ...["virt", "rv64", "file=f,id=x", "virtio-blk-device,drive=x", "virtio-rng-device,help", "1"],
    ...["id=,,", ",", "=", ",=,", "nofile", "__proto__", "-constructor", "driver=,value=1", "--"],
  );
  const word = fc.oneof(fragment, fc.string(), fc.string({ unit: "binary" }));

  test("are read or refused with a UsageFailure, never anything else", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        try {
          toLocalRun(parseOptions(words));
        } catch (error) {
          expect(error).toBeInstanceOf(UsageFailure);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("an option with one letter wrong is told apart and its right name given", () => {
    const known = options.filter((option) => option.names[0].length >= 6);
    fc.assert(
      fc.property(fc.constantFrom(...known), fc.nat(), ({ names: [name] }, at) => {
        const wrong = `${name.slice(0, at % name.length)}~${name.slice((at % name.length) + 1)}`;
        expect(refusal(`-${wrong}`).message).toContain(`-${name}`);
      }),
    );
  });
});
