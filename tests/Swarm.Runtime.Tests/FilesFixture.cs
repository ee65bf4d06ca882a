using System.Formats.Tar;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Linux.Cgroups;

namespace Swarm.Runtime.Tests;

/// <summary>An engine over the real image store, with an image of busybox.</summary>
public sealed class FilesFixture : IAsyncLifetime
{
    private readonly string _unique = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    internal string Folder => "/tmp/swarmrt-" + _unique;

    internal ImageStore Images { get; private set; } = null!;

    internal ContainerEngine Engine { get; private set; } = null!;

    internal Digest Image { get; private set; }

    public async Task InitializeAsync()
    {
        Host.ExpectTestNamespace();
        Directory.CreateDirectory(Folder + "/run/state");
        Linux.Mounts.Mounting.Tmpfs(Folder + "/run/state", "mode=0711");
        Images = new ImageStore(
            new ImageStoreOptions { Root = Folder + "/images" }, TimeProvider.System, NullLogger<ImageStore>.Instance);
        var options = new EngineOptions
        {
            DataRoot = Folder + "/data",
            RunRoot = Folder + "/run",
            CgroupParent = "/swarmrt-" + _unique,
        };
        Engine = new ContainerEngine(
            options, Images, new NoNetworks(), TimeProvider.System, NullLoggerFactory.Instance);
        await Engine.OpenAsync(default);
        new BusyboxImages(Folder + "/made").Prepare();
        var tar = new MemoryStream();
        await TarFile.CreateFromDirectoryAsync(Folder + "/made/lower", tar, includeBaseDirectory: false);
        tar.Position = 0;
        var configuration = new ImageConfiguration { Command = ["sh"], Environment = ["FROM=image"] };
        Image = (await Images.ImportAsync(tar, null, configuration, default)).Id;
    }

    public async Task DisposeAsync()
    {
        foreach (var container in Engine.List()) await Engine.RemoveAsync(container.Id, default);
        await Engine.DisposeAsync();
        Images.Dispose();
        Linux.Mounts.Mounting.Unmount(Folder + "/run/state", detach: true);
        CgroupFiles.OfHost().Remove("/swarmrt-" + _unique);
        Directory.Delete(Folder, recursive: true);
    }

    internal async Task<ContainerState> CreateAsync(ContainerSpec spec) =>
        await Engine.CreateAsync(EngineFixture.Define(spec with { PinnedImage = spec.PinnedImage ?? Image }), default);

    internal async Task<ContainerState> StartAsync(ContainerSpec spec) =>
        await Engine.StartAsync((await CreateAsync(spec)).Id, default);

    /// <summary>Starts a container whose script has done its work when this returns, and goes on to sleep.</summary>
    internal async Task<ContainerState> StartAfterAsync(string script, ContainerSpec? like = null)
    {
        var spec = like ?? EngineFixture.Shell("");
        var started = await StartAsync(spec with { Command = ["sh", "-c", "sleep 600"] });
        Assert.Equal("", await OutputAsync(started, script));
        return started;
    }

    /// <summary>What a script prints that runs in the container and ends well.</summary>
    internal async Task<string> OutputAsync(ContainerState container, string script)
    {
        var result = await Engine.RunCommandAsync(
            container.Id, ["sh", "-c", script], TimeSpan.FromSeconds(30), default);
        Assert.True(result.ExitCode == 0, result.Output);
        return result.Output.Trim();
    }
}
