using System.Diagnostics;
using Swarm.Daemon.Tests.Docker;
using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Clients;

/// <summary>One node for the clients of all kinds, which is reached by its socket and by TLS.</summary>
public sealed class ClientsNode : IAsyncLifetime
{
    public const string Collection = "clients";

    private readonly string _certificates = Directory.CreateTempSubdirectory("swcert").FullName;
    private readonly int _port = FreePorts.Next();
    private TestNode? _node;

    internal TestNode Node => _node ?? throw new InvalidOperationException("the node has not been started");

    internal DockerClient Docker => new(Node.Daemon.Socket);

    internal string Url => $"tcp://127.0.0.1:{_port}";

    internal string[] Authority => ["--tlscacert", $"{_certificates}/ca.crt"];

    /// <summary>By TLS, with the certificate of somebody who may.</summary>
    internal DockerClient Remote => With("me");

    /// <summary>By TLS, with a certificate of another authority.</summary>
    internal DockerClient Stranger => With("other/stranger");

    public async Task InitializeAsync()
    {
        await MakeAsync("init", _certificates);
        await MakeAsync("node", _certificates, "node", "127.0.0.1");
        await MakeAsync("client", _certificates, "me");
        await MakeAsync("init", $"{_certificates}/other");
        await MakeAsync("client", $"{_certificates}/other", "stranger");
        _node = await TestNode.StartAsync(
            $"swarm.api.tcp.listen=127.0.0.1:{_port}", $"swarm.api.tcp.ca={_certificates}/ca.crt",
            $"swarm.api.tcp.certificate={_certificates}/node.crt", $"swarm.api.tcp.key={_certificates}/node.key");
    }

    public async Task DisposeAsync()
    {
        if (_node is { } node) await node.DisposeAsync();
        Directory.Delete(_certificates, recursive: true);
    }

    private DockerClient With(string name) => new(
        Node.Daemon.Socket,
        [
            "--host", Url, "--tlsverify", .. Authority, "--tlscert", $"{_certificates}/{name}.crt",
            "--tlskey", $"{_certificates}/{name}.key",
        ]);

    private static async Task MakeAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Repository.At("deploy/certs"), arguments)
        {
            RedirectStandardOutput = true,
        })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
