using Swarm.Linux;
using Swarm.Linux.Mounts;
using Swarm.Linux.Processes;
using Swarm.Linux.Rooted;
using Swarm.Linux.Watching;
using Swarm.Runtime.Processes;

namespace Swarm.Runtime.Volumes;

/// <summary>Mounts what the options of a volume say, at its content, by mount(8), which knows every kind of file
/// system there is on the host; and copies into it.</summary>
internal sealed class VolumeMounting(DescriptorWatch watch, TimeProvider time)
{
    private const string MountPath = "/bin/mount";
    private const string CopyPath = "/bin/cp";

    /// <summary>A server that does not answer must not hold a container for ever.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <exception cref="ContainerException">What mount(8) said.</exception>
    public async Task MountAsync(LiveVolume volume, CancellationToken cancellation)
    {
        if (IsMounted(volume)) return;
        var options = volume.Record.Definition.Options;
        var (type, words) = (options.GetValueOrDefault("type", ""), options.GetValueOrDefault("o", ""));
        var device = options.GetValueOrDefault("device", "");
        using var deadline = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        var (code, said) = await RunAsync(
            new Spawn(
                MountPath,
                [
                    .. type.Length > 0 ? ["-t", type] : (string[])[],
                    .. words.Length > 0 ? ["-o", words] : (string[])[],
                    "--source", device, "--target", volume.Content,
                ]),
            either.Token);
        cancellation.ThrowIfCancellationRequested();
        if (code == 0) return;
        throw new ContainerException(
            ContainerFault.Invalid,
            $"error while mounting volume '{volume.Content}': failed to mount local volume: mount {device}: "
            + (deadline.IsCancellationRequested ? $"it was not there within {Patience.TotalSeconds} s" : said));
    }

    /// <remarks>What still works in it keeps it, out of sight, as long as it needs.</remarks>
    public static void Unmount(LiveVolume volume)
    {
        if (!IsMounted(volume)) return;
        try
        {
            Mounting.Unmount(volume.Content);
        }
        catch (LinuxException busy) when (busy.Number == Errno.EBUSY)
        {
            Mounting.Unmount(volume.Content, detach: true);
        }
    }

    /// <summary>Copies a folder's content with owners, modes, times, links, devices and attributes: what cp(1) does
    /// already.</summary>
    /// <exception cref="ContainerException">What cp(1) said.</exception>
    public async Task CopyAsync(string source, LiveVolume volume, CancellationToken cancellation)
    {
        var (code, said) = await RunAsync(
            new Spawn(CopyPath, ["-a", "--", source + "/.", volume.Content]), cancellation);
        cancellation.ThrowIfCancellationRequested();
        if (code == 0) return;
        throw new ContainerException(
            ContainerFault.Host, $"what the image has could not be copied into volume {volume.Name}: {said}");
    }

    private static bool IsMounted(LiveVolume volume)
    {
        using var root = new RootedFolder("/");
        return root.Resolve(volume.Content) is { } path && MountTable.Read().IsMountPoint(path);
    }

    private async Task<(int Code, string Said)> RunAsync(Spawn spawn, CancellationToken cancellation)
    {
        string[] environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"];
        using var run = new CommandRun(watch, spawn with { Environment = [.. environment], WorkingFolder = "/" }, time);
        await using var killing = cancellation.Register(() => run.Kill());
        var code = await run.Ended;
        return (code, run.Output.Trim().ReplaceLineEndings(" "));
    }
}
