using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>A node whose registry speaks TLS and asks who it is, and the tools of others that use it.</summary>
public sealed class LockedRegistry : IAsyncLifetime
{
    // Of "secret", by bcrypt.
    private const string Hash = "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a";

    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-locked-").FullName;
    private DebianDocker? _docker;
    private DaemonProcess? _daemon;

    /// <summary>Host and port of the node's registry.</summary>
    public string Host => Daemon.HttpHost;

    internal DockerClient Docker =>
        _docker?.Client ?? throw new InvalidOperationException("docker has not been started");

    /// <summary>The command with the node itself.</summary>
    internal DockerClient Node => new(Daemon.Socket);

    internal string Authority => PathOf("authority");

    private DaemonProcess Daemon => _daemon ?? throw new InvalidOperationException("the node has not been started");

    public string PathOf(string name) => Path.Combine(_folder, name);

    public async Task InitializeAsync()
    {
        var certs = Repository.At("deploy/certs");
        await RegistryNode.DoAsync(certs, "init", PathOf("certs"));
        await RegistryNode.DoAsync(certs, "node", PathOf("certs"), "node", "127.0.0.1");
        Directory.CreateDirectory(Authority);
        File.Copy(PathOf("certs/ca.crt"), $"{Authority}/ca.crt");
        await File.WriteAllTextAsync(PathOf("users"), $"ann:{Hash}\nbob:{Hash}\n");
        _daemon = NodeWith(
            $"swarm.tls.ca={PathOf("certs/ca.crt")}", $"swarm.tls.certificate={PathOf("certs/node.crt")}",
            $"swarm.tls.key={PathOf("certs/node.key")}", $"swarm.registry.users={PathOf("users")}",
            """swarm.registry.rights=["ann ** pull,push,delete", "bob ** pull"]""",
            "swarm.registry.trust-loopback=off", "swarm.registry.pull-through=[]");
        await _daemon.StartAsync();
        _docker = await DebianDocker.StartAsync();
        await File.WriteAllBytesAsync(PathOf("box.tar"), await BytesAsync());
        await Docker.DoAsync("import", PathOf("box.tar"), "box");
    }

    public async Task DisposeAsync()
    {
        if (_docker is { } docker) await docker.DisposeAsync();
        if (_daemon is { } daemon) await daemon.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static DaemonProcess NodeWith(params string[] settings) => new() { Settings = settings };

    private static async Task<byte[]> BytesAsync()
    {
        using var bytes = new MemoryStream();
        await using var archive = BusyboxArchive.Open();
        await archive.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
