/** What a container sees of its filesystem, on this kernel: mounts, devices, masks, propagation, the pivot. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import t, { type Test } from "tap";
import type { Spec } from "../../src/spec/types.ts";
import { BinaryLab, type Ended, RUNT } from "./binary.ts";
import { isRoot, writeConfig } from "./lab.ts";

const skip = isRoot ? false : "needs root";
t.setTimeout(120_000);

/** A line of mountinfo: proc_pid_mountinfo(5). */
interface MountLine {
  root: string;
  point: string;
  options: string[];
  propagation: string[];
  type: string;
  data: string[];
}

function parseMounts(text: string): MountLine[] {
  const lines = text.split("\n").filter((line) => / - /.test(line));
  return lines.map((line) => {
    const [left = "", right = ""] = line.split(" - ");
    const [, , , root = "", point = "", options = "", ...propagation] = left.split(" ");
    const [type = "", , data = ""] = right.split(" ");
    return { root, point, options: options.split(","), propagation, type, data: data.split(",") };
  });
}

/** A bundle and a way to run shell text in it. */
function lab() {
  const binary = new BinaryLab();
  const folder = binary.bundle(["true"]);
  const id = binary.id("filesystem");
  /** Runs in a mount namespace of its own whose mounts are shared; gives its mounts before and after. */
  const runShared = (script: string, change: (spec: Spec) => void, ...options: string[]) => {
    writeConfig(folder, ["sh", "-c", script], change);
    const look = (name: string): string => `cat /proc/self/mountinfo >${folder}/${name}`;
    const command = [RUNT, "--root", binary.root, "run", ...options, "--bundle", folder, id].join(" ");
    const lines = ["mount --make-rshared /", look("before"), command, look("after")].join("\n");
    const done = spawnSync("unshare", ["--mount", "sh", "-ec", lines], { encoding: "utf8" });
    const [before, after] = ["before", "after"].map((name) => readFileSync(`${folder}/${name}`, "utf8"));
    return { done, before, after };
  };
  const run = (script: string, change: (spec: Spec) => void, ...options: string[]): Ended => {
    writeConfig(folder, ["sh", "-c", script], change);
    return binary.runt(["run", ...options, "--bundle", folder, id]);
  };
  const end = (tt: Test): void => {
    tt.same(binary.leftovers(), []);
    binary.remove();
    tt.end();
  };
  return { folder, rootfs: `${folder}/rootfs`, run, runShared, end };
}

function addMounts(spec: Spec, ...mounts: NonNullable<Spec["mounts"]>): void {
  spec.mounts = [...(spec.mounts ?? []), ...mounts];
}

/** The mounts at `point`, first the lowest. */
function at(done: Ended, point: string): MountLine[] {
  return parseMounts(done.stdout).filter((mount) => mount.point === point);
}

const MAPPING = [{ containerID: 0, hostID: 100000, size: 65536 }];

function addUserNamespace(spec: Spec, without: string[] = []): void {
  const kept = (spec.linux?.namespaces ?? []).filter(({ type }) => !without.includes(type));
  spec.linux = {
    ...spec.linux,
    namespaces: [...kept, { type: "user" }],
    uidMappings: MAPPING,
    gidMappings: MAPPING,
  };
}

t.test("attributes, options and missing destinations", { skip }, (tt) => {
  const { run, end } = lab();
  const done = run("cat /proc/self/mountinfo; stat -c '%a %n' /made /made/deep", (spec) =>
    addMounts(
      spec,
      {
        destination: "/made/deep/er",
        type: "tmpfs",
        source: "box",
        options: ["nosuid", "noexec", "noatime", "size=64k", "mode=700", "silent", "iversion", "sync", "rw"],
      },
      { destination: "relative", type: "tmpfs", source: "box", options: ["ro", "nodiratime", "nosymfollow"] },
      { destination: "/up/../../../sideways", type: "tmpfs", source: "box" },
    ),
  );
  tt.equal(done.status, 0, done.stderr);
  const [deep] = at(done, "/made/deep/er");
  tt.same(
    ["rw", "nosuid", "noexec", "noatime"].filter((word) => !deep?.options.includes(word)),
    [],
  );
  tt.same(
    ["sync", "size=64k", "mode=700"].filter((word) => !deep?.data.includes(word)),
    [],
  );
  tt.match(done.stdout, /755 \/made\n755 \/made\/deep\n/, "folders on the way are made for all to enter");
  tt.same(
    ["ro", "nodiratime", "nosymfollow"].filter((word) => !at(done, "/relative")[0]?.options.includes(word)),
    [],
  );
  tt.equal(at(done, "/sideways").length, 1, ".. leads no higher than the root");
  end(tt);
});

t.test("bind mounts of what there is: folders, files, sockets, devices", { skip }, async (tt) => {
  const { folder, run, end } = lab();
  const source = `${folder}/source`;
  mkdirSync(`${source}/below`, { recursive: true });
  writeFileSync(`${source}/file`, "hello");
  execFileSync("mount", ["-t", "tmpfs", "below", `${source}/below`]);
  const server = createServer().listen(`${source}/socket`);
  await new Promise((done) => server.once("listening", done));
  const bind = (from: string, destination: string, ...options: string[]) => ({
    destination,
    type: "none",
    source: from,
    options,
  });
  const done = run(
    "cat /proc/self/mountinfo /f; for f in /f /s /z /d; do stat -c '%n %F' $f; done; touch /d/new; touch /r/below/new",
    (spec) =>
      addMounts(
        spec,
        bind(`${source}/file`, "/f", "bind", "ro", "nosuid", "nodev", "noexec"),
        bind(`${source}/socket`, "/s", "bind"),
        bind("/dev/zero", "/z", "bind"),
        bind("source", "/d", "bind", "rro"),
        bind(source, "/r", "rbind", "rro"),
        bind(source, "/w", "rbind", "ro"),
      ),
  );
  server.close();
  execFileSync("umount", [`${source}/below`]);
  tt.match(done.stdout, /hello/);
  tt.match(done.stdout, /\/f regular file\n\/s socket\n\/z character special file\n\/d directory\n/);
  tt.match(done.stderr, /\/d\/new: Read-only file system/);
  tt.match(done.stderr, /\/r\/below\/new: Read-only file system/);
  tt.match(at(done, "/f")[0]?.options, ["ro", "nosuid", "nodev", "noexec"]);
  tt.equal(at(done, "/d/below").length, 0, "bind takes one mount");
  tt.match(at(done, "/r/below")[0]?.options, ["ro"]);
  tt.match(at(done, "/w/below")[0]?.options, ["rw"], "ro without r is for one mount");
  end(tt);
});

t.test("remount changes what an earlier entry mounted", { skip }, (tt) => {
  const { run, end } = lab();
  const done = run("cat /proc/self/mountinfo", (spec) =>
    addMounts(
      spec,
      { destination: "/data", type: "tmpfs", source: "box", options: ["nosuid"] },
      { destination: "/data", options: ["remount", "ro", "nodev"] },
    ),
  );
  tt.equal(done.status, 0, done.stderr);
  tt.equal(at(done, "/data").length, 1);
  tt.same(
    ["ro", "nosuid", "nodev"].filter((word) => !at(done, "/data")[0]?.options.includes(word)),
    [],
  );
  end(tt);
});

t.test("a tmpfs takes the mode of what it covers, and is read-only last", { skip }, (tt) => {
  const { rootfs, run, end } = lab();
  mkdirSync(`${rootfs}/locked`);
  chmodSync(`${rootfs}/locked`, 0o710);
  const done = run(
    "stat -c '%a %n' /locked /fresh /said; ls -l /dev/null /locked/in/side /dev/core; touch /locked/new; touch /dev/new",
    (spec) => {
      const dev = spec.mounts?.find(({ destination }) => destination === "/dev");
      dev?.options?.push("ro");
      addMounts(
        spec,
        { destination: "/locked", type: "tmpfs", source: "box", options: ["ro"] },
        { destination: "/locked/in/side", type: "tmpfs", source: "box" },
        { destination: "/fresh", type: "tmpfs", source: "box" },
        { destination: "/said", type: "tmpfs", source: "box", options: ["mode=0711"] },
      );
    },
  );
  tt.match(done.stdout, /^710 \/locked\n1777 \/fresh\n711 \/said\n/);
  tt.match(done.stdout, /^crw-rw-rw-.* 1, +3 .*\/dev\/null$/m, "made before /dev became read-only");
  if (existsSync("/proc/kcore")) tt.match(done.stdout, /\/dev\/core -> \/proc\/kcore/);
  else tt.match(done.stderr, /\/dev\/core: No such file/);
  tt.match(done.stderr, /\/locked\/new: Read-only file system/);
  tt.match(done.stderr, /\/dev\/new: Read-only file system/);
  end(tt);
});

t.test("mounts that cannot be made name the field and the cure", { skip }, (tt) => {
  const { folder, rootfs, run, end } = lab();
  writeFileSync(`${rootfs}/file`, "");
  symlinkSync("nowhere", `${rootfs}/dangling`);
  const fails = (mount: NonNullable<Spec["mounts"]>[number], pattern: RegExp): void => {
    const done = run("true", (spec) => {
      spec.root = { path: "rootfs" };
      addMounts(spec, mount);
    });
    tt.equal(done.status, 1, mount.destination);
    tt.match(done.stderr, pattern);
    tt.match(done.stderr, /mounts\[7\]/);
  };
  fails({ destination: "/data", type: "tmpfs", source: "x", options: ["sise=1"] }, /fsconfig: EINVAL/);
  fails({ destination: "/data", type: "nosuchfs", source: "x" }, /fsopen: ENODEV.*no such filesystem/);
  fails({ destination: "/data", type: "bind", source: `${folder}/gone` }, /open_tree: ENOENT.*source/);
  fails({ destination: "/file", type: "tmpfs", source: "x" }, /openat2: ENOTDIR/);
  const other = /move_mount: EINVAL.*a directory goes on a directory, anything else on a file/;
  fails({ destination: "/file", type: "bind", source: folder }, other);
  fails({ destination: "/data", type: "bind", source: "/etc/passwd" }, other);
  fails({ destination: "/file/deep", type: "bind", source: folder }, /openat2: ENOTDIR.*a file in the image/);
  fails({ destination: "/dangling", type: "bind", source: folder }, /openat2: (ELOOP|ENOTDIR)/);
  fails({ destination: "/dangling/deep", type: "tmpfs", source: "x" }, /openat2: (ELOOP|ENOTDIR)/);
  fails({ destination: "/data/..", type: "tmpfs", source: "x" }, /destination is "\/"/);
  fails({ destination: "/data", type: "tmpfs", source: "x", options: ["tmpcopyup"] }, /tmpcopyup/);
  end(tt);
});

t.test("links of the image lead to places inside", { skip }, (tt) => {
  const { folder, rootfs, run, end } = lab();
  symlinkSync("/data", `${rootfs}/absolute`);
  symlinkSync("../../../../data", `${rootfs}/climbing`);
  symlinkSync("/made-as-file", `${rootfs}/to-file`);
  const done = run("cat /proc/self/mountinfo", (spec) =>
    addMounts(
      spec,
      { destination: "/absolute/a", type: "tmpfs", source: "box" },
      { destination: "/climbing/b", type: "tmpfs", source: "box" },
      { destination: "/to-file", type: "bind", source: "/etc/passwd" },
    ),
  );
  tt.equal(done.status, 0, done.stderr);
  for (const point of ["/data/a", "/data/b", "/made-as-file"]) tt.equal(at(done, point).length, 1, point);
  tt.ok(statSync(`${rootfs}/data/a`).isDirectory(), "made in the image's folder");
  tt.ok(lstatSync(`${folder}/rootfs/made-as-file`).isFile());
  end(tt);
});

t.test("devices with their modes and owners", { skip }, (tt) => {
  const { rootfs, run, end } = lab();
  execFileSync("mknod", [`${rootfs}/data/ready`, "c", "1", "7"]);
  const done = run("stat -c '%n %F %a %u:%g %t:%T' /dev/a /dev/b /srv/p /data/ready", (spec) => {
    spec.linux = {
      ...spec.linux,
      devices: [
        { path: "/dev/a", type: "c", major: 10, minor: 229, fileMode: 0o640, uid: 5, gid: 6 },
        { path: "/dev/b", type: "b", major: 7, minor: 300, fileMode: 0o600 },
        { path: "/srv/p", type: "p", fileMode: 0o622 },
        { path: "/data/ready", type: "u", major: 1, minor: 7, uid: 7 },
      ],
    };
  });
  tt.equal(
    done.stdout,
    [
      "/dev/a character special file 640 5:6 a:e5",
      "/dev/b block special file 600 0:0 7:12c",
      "/srv/p fifo 622 0:0 0:0",
      "/data/ready character special file 644 7:0 1:7",
      "",
    ].join("\n"),
    done.stderr,
  );
  end(tt);
});

t.test("masked and read-only paths, a read-only root", { skip }, (tt) => {
  const { rootfs, run, end } = lab();
  for (const name of ["secrets", "more", "kept"]) mkdirSync(`${rootfs}/${name}`);
  for (const name of ["secrets", "more", "kept"]) writeFileSync(`${rootfs}/${name}/file`, "secret");
  const script =
    "cat /kept/file /data; ls -A /secrets /more; for f in /secrets/x /kept/x /x; do touch $f; done; cat /proc/self/mountinfo";
  const done = run(script, (spec) => {
    writeFileSync(`${rootfs}/etc/secret`, "secret");
    spec.root = { path: "rootfs", readonly: true };
    spec.linux = {
      ...spec.linux,
      maskedPaths: ["/secrets", "/etc/secret", "/gone", "/etc/secret/below", "/more", "/more"],
      readonlyPaths: ["/kept", "/gone"],
    };
  });
  tt.match(done.stdout, /^secret\/more:\n\n?\/secrets:/, "the masked folders are empty");
  for (const path of ["/secrets/x", "/kept/x", "/x"]) {
    tt.match(done.stderr, new RegExp(`touch: ${path}: Read-only file system`));
  }
  tt.match(at(done, "/etc/secret"), [{ root: "/null" }]);
  tt.match(at(done, "/secrets"), [{ type: "tmpfs" }]);
  tt.equal(at(done, "/more").length, 1, "listed twice, masked once");
  tt.match(at(done, "/kept")[0]?.options, ["ro"]);
  tt.match(at(done, "/")[0]?.options, ["ro"]);
  end(tt);
});

t.test("what masks folders is seen on them only", { skip }, (tt) => {
  const { rootfs, run, end } = lab();
  for (const name of ["secrets", "more"]) mkdirSync(`${rootfs}/${name}`);
  for (const user of [false, true]) {
    for (const options of user ? [[]] : [[], ["--no-pivot"]]) {
      const done = run(
        "cat /proc/self/mountinfo",
        (spec) => {
          if (user) addUserNamespace(spec);
          spec.linux = { ...spec.linux, maskedPaths: ["/secrets", "/etc/passwd", "/more"] };
        },
        ...options,
      );
      tt.equal(done.status, 0, done.stderr);
      const empty = parseMounts(done.stdout).filter(({ data }) => data.includes("nr_inodes=2"));
      tt.same(
        empty.map(({ point, options: [access] }) => [point, access]),
        [
          ["/secrets", "ro"],
          ["/more", "ro"],
        ],
      );
      tt.equal(at(done, "/dev").length, 1);
    }
  }
  end(tt);
});

t.test("a user namespace: sources and devices of the host, sysfs of the host", { skip }, (tt) => {
  const { folder, run, end } = lab();
  mkdirSync(`${folder}/closed/source`, { recursive: true });
  writeFileSync(`${folder}/closed/source/file`, "reached");
  chmodSync(`${folder}/closed`, 0o700);
  const script = "cat /proc/self/mountinfo /data/file; echo x >/dev/null && echo written; ls -l /dev/null";
  const done = run(script, (spec) => {
    addUserNamespace(spec, ["network"]);
    addMounts(spec, {
      destination: "/data",
      type: "bind",
      source: `${folder}/closed/source`,
      options: ["rbind", "ro", "nosuid"],
    });
  });
  tt.equal(done.status, 0, done.stderr);
  tt.match(done.stdout, /reached/);
  tt.match(done.stdout, /written/);
  tt.match(at(done, "/dev/null"), [{ root: "/null" }], "a bind mount of the host's node");
  tt.match(at(done, "/data")[0]?.options, ["ro", "nosuid"]);
  tt.match(at(done, "/sys")[0], { type: "sysfs", options: ["ro", "nosuid", "nodev", "noexec"] });
  tt.ok(parseMounts(done.stdout).every(({ propagation }) => !propagation.some((one) => /^shared/.test(one))));
  end(tt);
});

t.test("a device of the host that is another one is refused", { skip }, (tt) => {
  const { run, end } = lab();
  const done = run("true", (spec) => {
    addUserNamespace(spec);
    spec.linux = { ...spec.linux, devices: [{ path: "/dev/zero", type: "c", major: 10, minor: 229 }] };
  });
  tt.equal(done.status, 1);
  tt.match(done.stderr, /linux\.devices\[0\]: \/dev\/zero of the host is not the device c 10:229/);
  end(tt);
});

t.test("propagation of the root and of mounts", { skip }, (tt) => {
  const { run, end } = lab();
  for (const [word, expected] of [
    [undefined, /^$/],
    ["private", /^$/],
    ["slave", /^(master:\d+)?$/],
    ["shared", /^shared:\d+$/],
    ["unbindable", /^unbindable$/],
  ] as const) {
    const done = run("cat /proc/self/mountinfo", (spec) => {
      if (word !== undefined) spec.linux = { ...spec.linux, rootfsPropagation: word };
      addMounts(
        spec,
        { destination: "/data", type: "tmpfs", source: "box", options: ["shared"] },
        { destination: "/tmp", type: "tmpfs", source: "box", options: ["runbindable"] },
      );
    });
    tt.equal(done.status, 0, done.stderr);
    const root =
      at(done, "/")[0]
        ?.propagation.filter((one) => !/^propagate_from/.test(one))
        .join(" ") ?? "none";
    if (word === undefined) tt.notMatch(root, /shared/);
    else tt.match(root, expected, word);
    tt.match(at(done, "/data")[0]?.propagation, [/^shared:/]);
    tt.match(at(done, "/tmp")[0]?.propagation, [/^unbindable/]);
  }
  end(tt);
});

for (const word of [undefined, "rprivate", "rslave", "shared", "rshared"] as const) {
  for (const options of [[], ["--no-pivot"]]) {
    t.test(`a host with shared mounts keeps them: ${word} ${options.join("")}`, { skip }, (tt) => {
      const { runShared, end } = lab();
      const change = (spec: Spec): void => {
        if (word !== undefined) spec.linux = { ...spec.linux, rootfsPropagation: word };
      };
      const { done, before, after } = runShared("mount -t tmpfs box /data || true", change, ...options);
      tt.equal(done.status, 0, done.stderr);
      tt.equal(after, before, "neither unmounted nor mounted there");
      end(tt);
    });
  }
}

t.test("a shared volume carries mounts to the host", { skip }, (tt) => {
  const { folder, runShared, end } = lab();
  mkdirSync(`${folder}/volume/below`, { recursive: true });
  const { done, before, after } = runShared("mount -t tmpfs carried /data/below", (spec) => {
    const all = ["CAP_SYS_ADMIN"];
    if (spec.process !== undefined)
      spec.process.capabilities = { bounding: all, effective: all, permitted: all };
    spec.linux = { ...spec.linux, rootfsPropagation: "shared" };
    addMounts(spec, {
      destination: "/data",
      type: "bind",
      source: `${folder}/volume`,
      options: ["rbind", "rshared"],
    });
  });
  tt.equal(done.status, 0, done.stderr);
  tt.notMatch(before, /carried/);
  tt.match(after, /\/volume\/below .* carried/);
  end(tt);
});

for (const options of [[], ["--no-pivot"]]) {
  t.test(`nothing of the host is left in sight ${options.join("")}`, { skip }, (tt) => {
    const { folder, run, end } = lab();
    const script = `cat /proc/self/mountinfo; ls /; ls ${folder} /..`;
    const done = run(script, () => undefined, ...options);
    tt.match(done.stderr, new RegExp(`ls: ${folder}: No such file`));
    tt.same(parseMounts(done.stdout)[0]?.root.endsWith("/rootfs"), true, "the root is the first mount");
    tt.equal(at(done, "/proc").length, 1);
    end(tt);
  });
}

t.test("--no-pivot leaves no way to a fresh procfs", { skip }, (tt) => {
  const { run, end } = lab();
  const change = (spec: Spec): void => {
    spec.root = { path: "rootfs" };
    addUserNamespace(spec);
  };
  const done = run("mount -t proc proc /data && cat /data/kcore", change, "--no-pivot");
  tt.not(done.status, 0);
  end(tt);
});

t.test("kernel parameters and names", { skip }, (tt) => {
  const { run, end } = lab();
  const script =
    "hostname; cat /proc/sys/kernel/domainname /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/sem";
  const done = run(script, (spec) => {
    spec.hostname = "here";
    spec.domainname = "example";
    spec.linux = {
      ...spec.linux,
      sysctl: {
        "net.ipv4.ip_forward": "1",
        "kernel/sem": "100 200 30 40",
        "net/ipv4/conf/lo/forwarding": "0",
      },
    };
  });
  tt.equal(done.stdout, "here\nexample\n1\n100\t200\t30\t40\n", done.stderr);
  const refused = run("true", (spec) => {
    spec.linux = { ...spec.linux, sysctl: { "net.ipv4.no_such": "1" } };
  });
  tt.match(refused.stderr, /linux\.sysctl\["net\.ipv4\.no_such"\]: .*openat2: ENOENT.*no such parameter/);
  end(tt);
});

t.test("a thousand mounts and devices", { skip }, (tt) => {
  const { run, end } = lab();
  const began = Date.now();
  const done = run("wc -l </proc/self/mountinfo; ls /dev/many | wc -l", (spec) => {
    const many = Array.from({ length: 1000 }, (_, i) => i);
    addMounts(
      spec,
      ...many.map((i) => ({
        destination: `/data/${i}`,
        type: "bind",
        source: "/etc/passwd",
        options: ["ro"],
      })),
    );
    const devices = many.map((i) => ({ path: `/dev/many/${i}`, type: "c" as const, major: 240, minor: i }));
    spec.linux = { ...spec.linux, devices };
  });
  tt.match(done.stdout, /^10\d\d\n1000\n$/, done.stderr);
  tt.comment(`${Date.now() - began} ms`);
  end(tt);
});
