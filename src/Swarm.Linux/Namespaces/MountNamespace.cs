using System.Runtime.ExceptionServices;
using Swarm.Linux.Mounts;
using Swarm.Linux.Processes;

namespace Swarm.Linux.Namespaces;

/// <summary>
/// The mount namespace of the daemon: pinned in the host's, so that a daemon that comes back finds its mounts.
/// </summary>
/// <remarks>
/// A namespace belongs to a whole process only after an exec: the runtime has many threads, and only one of them can
/// move. So one thread moves and executes the same program again, which then finds itself inside.
/// A pin cannot lie in the namespace it pins; it is a bind mount in the namespace outside, which
/// <see href="https://man7.org/linux/man-pages/man7/mount_namespaces.7.html">mount_namespaces(7)</see> asks to be
/// private.
/// </remarks>
public static class MountNamespace
{
    private const string Unified = "/sys/fs/cgroup/unified";

    /// <summary>
    /// Returns when this process is in the pinned namespace. Otherwise makes it, or finds it, and does not return:
    /// the program is executed again in it, with the arguments and environment it had. Call it first thing in Main.
    /// </summary>
    /// <param name="pinPath">File that pins the namespace, as <c>/run/swarm/ns/mnt</c>; it and
    /// its folder are made.</param>
    /// <param name="statePath">Folder over which a tmpfs is mounted in the namespace, unless
    /// it is on one already.</param>
    /// <exception cref="LinuxException">EPERM without CAP_SYS_ADMIN.</exception>
    public static void Enter(string pinPath, string statePath)
    {
        var pin = new NamespacePin(pinPath);
        if (pin.IsOwn())
        {
            MountState(statePath);
            return;
        }

        pin.PrepareFolder();
        Directory.CreateDirectory(statePath);
        ExceptionDispatchInfo? failure = null;
        // Not a thread of the pool: it leaves the file system view of the process and never comes back.
        var mover = new Thread(() =>
        {
            try
            {
                MoveAndExecute(pin, statePath);
            }
#pragma warning disable CA1031 // Whatever it was is thrown again by the thread that asked.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        mover.Start();
        mover.Join();
        failure?.Throw();
    }

    /// <summary>Lets go of the namespace: it ends with its last process. For a host that gives up the daemon.</summary>
    public static void Release(string pinPath) => new NamespacePin(pinPath).Release();

    private static void MoveAndExecute(NamespacePin pin, string statePath)
    {
        var program = Reexecution.OfThisProcess();
        var folder = new FileInfo("/proc/self/cwd").LinkTarget;
        if (pin.IsPinned())
        {
            pin.EnterByThread();
        }
        else
        {
            NamespaceCalls.UnshareFileSystemView();
            MakePinned(pin);
            Mounting.MakeAllSlave();
            LeaveUnifiedHierarchy();
        }

        MountState(statePath);

        // Whoever enters mounts stands at their root; paths that it was started with may be meant from elsewhere.
        if (folder is not null) NamespaceCalls.TryEnterFolder(folder);
        program.Execute();
    }

    /// <remarks>
    /// The kernel lets a namespace be pinned only in one with a smaller number, meant to say an older one. Since Linux
    /// 6.18 each processor gives out numbers of its own range: where the outer namespace is not the host's first,
    /// the new one may have to be made on the processor that the outer one was made on (mnt_ns_loop, gen_cookie_next).
    /// </remarks>
    private static void MakePinned(NamespacePin pin)
    {
        NamespaceCalls.UnshareMounts();
        if (TryPinFromOutside(pin)) return;

        var before = ThreadAffinity.Read();
        var isPinned = false;
        foreach (var processor in ThreadAffinity.Single())
        {
            if (!processor.TrySet()) continue;
            NamespaceCalls.UnshareMounts();
            isPinned = TryPinFromOutside(pin);
            if (isPinned) break;
        }

        // The program that is executed would have it, too.
        before.TrySet();
        if (!isPinned) PinFromOutside(pin);
    }

    private static bool TryPinFromOutside(NamespacePin pin)
    {
        try
        {
            PinFromOutside(pin);
            return true;
        }
        catch (LinuxException refused) when (refused.Number == Errno.EINVAL)
        {
            return false;
        }
    }

    /// <remarks>The thread that waits here is inside already, so another one, still outside, makes the mount.</remarks>
    private static void PinFromOutside(NamespacePin pin)
    {
        var inside = NamespaceCalls.ThreadNamespacePath("mnt");
        ExceptionDispatchInfo? failure = null;
        using var outside = NamespaceCalls.OpenProcessNamespace("mnt");
        var pinner = new Thread(() =>
        {
            try
            {
                // A new thread starts in the namespaces of the one that made it.
                NamespaceCalls.UnshareFileSystemView();
                NamespaceCalls.EnterMounts(outside);
                pin.Pin(inside);
            }
#pragma warning disable CA1031 // Whatever it was is thrown again by the thread that asked.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        pinner.Start();
        pinner.Join();
        failure?.Throw();
    }

    /// <remarks>
    /// crun refuses a host that has both cgroup versions; without the second one mounted it sees the first. It still
    /// makes folders where the second one was, and systemd mounts what lies below read-only.
    /// </remarks>
    private static void LeaveUnifiedHierarchy()
    {
        if (!FileSystemKind.IsCgroup2(Unified)) return;
        Mounting.Unmount(Unified, detach: true);
        Mounting.Tmpfs(Unified, "mode=0755");
    }

    private static void MountState(string statePath)
    {
        Directory.CreateDirectory(statePath);
        if (!FileSystemKind.IsTmpfs(statePath)) Mounting.Tmpfs(statePath, "mode=0711");
    }
}
