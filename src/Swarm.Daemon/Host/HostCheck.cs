using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Swarm.Daemon.Configuration;
using Swarm.Linux.Processes;
using Swarm.Linux.Users;
using Swarm.Runtime;

namespace Swarm.Daemon.Host;

/// <summary>Whether this host has what containers need.</summary>
internal static class HostCheck
{
    private static readonly string[] Controllers = ["cpu", "memory", "pids"];

    /// <summary>What is missing, and how to get it: one sentence each.</summary>
    public static ImmutableArray<string> FindMissing(DaemonOptions options)
    {
        var missing = ImmutableArray.CreateBuilder<string>();
        Need(
            !FirstProcess.IsThis,
            "swarmd cannot be the first process of a container: apt install tini there, or docker run --init");
        Need(Environment.IsPrivilegedProcess, "root is needed to make containers: start swarmd as root");
        NeedProgram(options.Engine.CrunPath, "crun", "swarm.runtime.crun");
        NeedProgram(options.Engine.ConmonPath, "conmon", "swarm.runtime.conmon");
        Need(File.Exists(ContainerEngine.ShellPath), $"{ContainerEngine.ShellPath} is not there: apt install bash");
        if (options.Engine.Users is not null)
        {
            foreach (var path in (string[])[NamespaceHolder.UnsharePath, NamespaceHolder.EnterPath])
                Need(File.Exists(path), $"{path} is not there, for swarm.runtime.userns-remap: apt install util-linux");
        }

        Need(HasLibrary("libnftables.so.1"), "libnftables is not installed: apt install libnftables1");
        Need(
            HasFileSystem("overlay"),
            "the kernel has no overlayfs: modprobe overlay, or use a kernel with CONFIG_OVERLAY_FS");
        Need(
            HasCgroups(),
            "no cgroups with cpu, memory and pids below /sys/fs/cgroup: mount -t cgroup2 none /sys/fs/cgroup, "
            + "on a kernel that was not started with cgroup_disable");
        return missing.ToImmutable();

        void Need(bool has, string otherwise)
        {
            if (!has) missing.Add(otherwise);
        }

        void NeedProgram(string path, string package, string key) =>
            Need(File.Exists(path), $"{path} is not there: apt install {package}, or name its place in {key}");
    }

    private static bool HasLibrary(string name)
    {
        if (!NativeLibrary.TryLoad(name, out var library)) return false;
        NativeLibrary.Free(library);
        return true;
    }

    private static bool HasFileSystem(string name) =>
        File.ReadLines("/proc/filesystems").Any(line => line.EndsWith("\t" + name, StringComparison.Ordinal))
        || Directory.Exists($"/sys/module/{name}");

    private static bool HasCgroups()
    {
        const string unified = "/sys/fs/cgroup/cgroup.controllers";
        return File.Exists(unified)
            ? !Controllers.Except(File.ReadAllText(unified).Split(' ', '\n')).Any()
            : Controllers.All(name => File.Exists($"/sys/fs/cgroup/{name}/cgroup.procs"));
    }
}
