using System.Formats.Tar;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Runtime.Builds;

namespace Swarm.Runtime.Tests.Builds;

/// <summary>A builder over a real engine and a real store, in which busybox is called <c>box</c>.</summary>
public sealed class BuildFixture : IAsyncLifetime
{
    private readonly FilesFixture _files = new();

    internal ImageBuilder Builder { get; private set; } = null!;

    internal ImageStore Images => _files.Images;

    internal ContainerEngine Engine => _files.Engine;

    internal string BuildsFolder => _files.Folder + "/builds";

    public async Task InitializeAsync()
    {
        await _files.InitializeAsync();
        Images.Tag(_files.Image.Value, ImageReference.Parse("box"));
        Builder = new ImageBuilder(BuildsFolder, Engine, Images, Images, null, NullLoggerFactory.Instance);
        await Builder.OpenAsync(default);
    }

    public async Task DisposeAsync()
    {
        Builder.Dispose();
        await _files.DisposeAsync();
    }

    /// <summary>Builds a Dockerfile over these files.</summary>
    internal Task<BuildResult> BuildAsync(string dockerfile, params (string Name, string Content)[] files) =>
        BuildAsync(new BuildRequest(), Context(dockerfile, files));

    internal Task<BuildResult> BuildAsync(
        BuildRequest request, string dockerfile, params (string Name, string Content)[] files) =>
        BuildAsync(request, Context(dockerfile, files));

    internal async Task<BuildResult> BuildAsync(
        BuildRequest request, Stream context, CancellationToken cancellation = default)
    {
        var output = new HeardOutput();
        // There are no networks in these tests.
        var running = request.Running with { NetworkMode = NetworkMode.None };
        var id = await Builder.BuildAsync(request with { Running = running }, context, output, cancellation);
        return new BuildResult(Images.Find(id.Value)!, output.Text);
    }

    /// <summary>What a script prints in a container of an image.</summary>
    internal async Task<string> RunAsync(BuildResult built, string script)
    {
        var spec = EngineFixture.Shell("sleep 600") with { PinnedImage = built.Image.Id, Entrypoint = [] };
        var container = await _files.StartAsync(spec);
        try
        {
            return await _files.OutputAsync(container, script);
        }
        finally
        {
            await Engine.RemoveAsync(container.Id, default);
        }
    }

    /// <summary>Nothing of a build is left: no container, no writable layer, no file.</summary>
    internal void ExpectNothingLeft()
    {
        Assert.Empty(Engine.List());
        Assert.Empty(Images.WritableLayers());
        Assert.Empty(Directory.GetFileSystemEntries(BuildsFolder));
    }

    internal static MemoryStream Context(string dockerfile, params (string Name, string Content)[] files)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (name, content) in files.Prepend((Name: "Dockerfile", Content: dockerfile)))
                writer.WriteEntry(File(name, content));
        }

        tar.Position = 0;
        return tar;
    }

    internal static TarEntry File(string name, string content) => new PaxTarEntry(TarEntryType.RegularFile, name)
    {
        DataStream = new MemoryStream(Encoding.Latin1.GetBytes(content)),
        Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
        Uid = 500,
        Gid = 500,
    };
}

/// <summary>What came of a build.</summary>
internal sealed record BuildResult(StoredImage Image, string Output)
{
    public string[] Lines => Output.Split('\n');
}
