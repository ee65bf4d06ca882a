using Swarm.Hosts.Machines;
using Swarm.Wire.Security;

namespace Swarm.Hosts.Nodes;

/// <summary>The certificates of a cluster of hosts, made as its user makes them: by deploy/certs.</summary>
internal static class Certificates
{
    public const string Client = "tests";

    /// <summary>Makes the authority, and certificates for the tests and for every host there may be.</summary>
    public static async Task MakeAsync(TestGround ground)
    {
        await RunAsync("init", Folder(ground));
        await RunAsync("client", Folder(ground), Client);
        await Task.WhenAll(Enumerable.Range(1, HostsOptions.Most).Select(
            number => RunAsync("node", Folder(ground), SwarmHost.NameOf(number), ground.Address(number))));
    }

    public static TlsFiles Of(TestGround ground, string name) =>
        new($"{Folder(ground)}/ca.crt", $"{Folder(ground)}/{name}.crt", $"{Folder(ground)}/{name}.key");

    private static string Folder(TestGround ground) => $"{ground.Folder}/tls";

    private static Task<string> RunAsync(params IEnumerable<string> arguments) =>
        Command.RunAsync($"{Repository.Root}/deploy/certs", arguments);
}
