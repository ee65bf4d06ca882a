using System.Net;
using Swarm.Api;
using Swarm.Wire.Security;

namespace Swarm.Daemon.Configuration;

/// <summary>The settings of the HTTP interface.</summary>
internal static class ApiSettings
{
    private const string Listen = "swarm.api.tcp.listen";

    /// <param name="cluster">What takes the place of files that are not named.</param>
    public static ApiOptions Read(SettingsReader settings, string runRoot, TlsFiles? cluster)
    {
        var socket = settings.FilePath("swarm.api.socket", otherwise: $"{runRoot}/swarm.sock");
        var address = settings.Parsed(Listen, ParseAddress, onError: null);
        var files = new TlsFiles(
            settings.FilePath("swarm.api.tcp.ca", cluster?.Authority ?? ""),
            settings.FilePath("swarm.api.tcp.certificate", cluster?.Certificate ?? ""),
            settings.FilePath("swarm.api.tcp.key", cluster?.Key ?? ""));
        if (address is null) return new ApiOptions(socket);
        if (files.Authority.Length == 0 || files.Certificate.Length == 0 || files.Key.Length == 0)
        {
            settings.Reject(
                Listen, "needs TLS: set swarm.api.tcp.ca, .certificate and .key, or those of swarm.tls (deploy/certs "
                    + "makes them)");
        }

        return new ApiOptions(socket) { Tcp = new TcpListening(address, files) };
    }

    private static IPEndPoint? ParseAddress(string text) => text.Length == 0
        ? null
        : IPEndPoint.TryParse(text, out var address) && address.Port > 0
            ? address
            : throw new FormatException($"'{text}' is not of the form ADDRESS:PORT");
}
