using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Swarm.Wire.Security;

namespace Swarm.Daemon.Tests;

/// <summary>deploy/certs, as its user runs it.</summary>
public sealed class CertificateScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-certs").FullName;

    [Fact]
    public async Task Nodes_and_clients_know_each_other_by_what_it_makes()
    {
        await RunAsync("init", _folder);
        await RunAsync("node", _folder, "host1", "10.0.0.1", "host1.example", "fd00::1");
        await RunAsync("client", _folder, "me");
        using var node = Load("host1", PeerRole.Server);
        using var client = Load("me", PeerRole.Client);
        Assert.Throws<TlsFilesException>(() => Load("me", PeerRole.Server));
        using var shown = X509CertificateLoader.LoadCertificateFromFile($"{_folder}/host1.crt");

        foreach (var name in (string[])["10.0.0.1", "host1.example", "fd00::1"]) Assert.Null(FindFault(shown, name));
        Assert.Contains("is not for 10.0.0.2", FindFault(shown, "10.0.0.2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_for_their_owner_alone_and_an_authority_is_never_overwritten()
    {
        await RunAsync("init", _folder);
        await RunAsync("node", _folder, "host1", "10.0.0.1");
        var before = await File.ReadAllTextAsync($"{_folder}/ca.key");

        var (code, said) = await EndAsync("init", _folder);

        Assert.Equal(2, code);
        Assert.Contains("has an authority already", said, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync($"{_folder}/ca.key"));
        foreach (var key in (string[])["ca", "host1"])
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{_folder}/{key}.key"));
        }
    }

    [Theory]
    [InlineData("no authority", "node", "host1", "10.0.0.1")]
    [InlineData("usage", "node", "host1")]
    [InlineData("usage", "client")]
    [InlineData("not a name", "client", "../me")]
    [InlineData("neither an address nor a host name", "node", "host1", "10.0.0.1,DNS:all")]
    public async Task What_it_cannot_do_it_says(string why, string what, params string[] more)
    {
        var (code, said) = await EndAsync([what, _folder, .. more]);

        Assert.Equal(2, code);
        Assert.Contains(why == "usage" ? "deploy/certs init DIR" : why, said, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string? FindFault(X509Certificate2 shown, string name)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile($"{_folder}/ca.crt");
        return PeerCheck.FindFault(
            shown, [], authorities, PeerRole.Server, name, TimeProvider.System.GetUtcNow());
    }

    private RemoteSecurity Load(string name, PeerRole role) => RemoteSecurity.Load(
        new TlsFiles($"{_folder}/ca.crt", $"{_folder}/{name}.crt", $"{_folder}/{name}.key"), role, TimeProvider.System);

    private static async Task RunAsync(params string[] arguments)
    {
        var (code, said) = await EndAsync(arguments);
        Assert.True(code == 0, said);
    }

    private static async Task<(int Code, string Said)> EndAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Repository.At("deploy/certs"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var said = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }
}
