using System.ComponentModel;
using System.Diagnostics;

namespace Swarm.Tests;

/// <summary>A file system of its own in a file, which the kernel reads as a disk; gone at the end.</summary>
/// <remarks>The kernel lets go of its loop device when it is unmounted, also when the test's process was killed and its
/// mount namespace ended with it.</remarks>
internal sealed class LoopDisk : IDisposable
{
    private const string Quotas = "loop,prjquota";
    private const string Plain = "loop";

    /// <summary>Why there can be no file system with project quotas here; null where there can.</summary>
    public static string? WhyNoQuotas { get; } = FindWhyNoQuotas();

    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-disk-").FullName;

    private LoopDisk()
    {
    }

    /// <summary>Where it is mounted.</summary>
    public string Path => _folder + "/disk";

    private string Image => _folder + "/image";

    /// <param name="kind"><c>xfs</c> or <c>ext4</c>.</param>
    /// <exception cref="InvalidOperationException">What a tool said.</exception>
    public static LoopDisk WithQuotas(string kind) => Make(
        kind == "xfs" ? ["mkfs.xfs", "-q"] : ["mkfs.ext4", "-q", "-O", "project,quota", "-E", "quotatype=prjquota"],
        Quotas);

    /// <summary>One of XFS, whose files belong to projects that nothing is kept to.</summary>
    public static LoopDisk WithProjects() => Make(["mkfs.xfs", "-q"], Plain);

    /// <summary>Mounts it again, with project quotas or without.</summary>
    public void Remount(bool hasQuotas)
    {
        Run("umount", Path);
        Mount(hasQuotas ? Quotas : Plain);
    }

    public void Dispose()
    {
        if (Directory.Exists(Path)) TryRun(["umount", "--recursive", "--lazy", Path]);
        Directory.Delete(_folder, recursive: true);
    }

    private static LoopDisk Make(string[] format, string option)
    {
        var disk = new LoopDisk();
        try
        {
            using (var image = File.Create(disk.Image)) image.SetLength(400L << 20);
            Run([.. format, disk.Image]);
            Directory.CreateDirectory(disk.Path);
            disk.Mount(option);
            return disk;
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    private void Mount(string option) => Run("mount", "-o", option, Image, Path);

    private static string? FindWhyNoQuotas()
    {
        foreach (var kind in (string[])["ext4", "xfs"])
        {
            try
            {
                WithQuotas(kind).Dispose();
            }
            catch (InvalidOperationException refused)
            {
                return $"this host has no {kind} with project quotas (tests/cgroup2 has): {refused.Message}";
            }
        }

        return null;
    }

    private static void Run(params string[] command)
    {
        if (TryRun(command) is { } refusal) throw new InvalidOperationException(refusal);
    }

    private static string? TryRun(string[] command)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardError = true,
            })!;
            var said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"{string.Join(' ', command)}: {said.Trim()}";
        }
        catch (Win32Exception missing)
        {
            return $"{command[0]}: {missing.Message}";
        }
    }
}
