using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;

namespace Swarm.Api.Connections;

/// <summary>How a client asks for a WebSocket, and what answers it.</summary>
/// <remarks>Pure. https://www.rfc-editor.org/rfc/rfc6455#section-4.2</remarks>
internal static class WebSocketHandshake
{
    private const string Version = "13";
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const int KeyLength = 16;

    /// <returns>What answers the client's key.</returns>
    /// <exception cref="ApiException">It asks for no WebSocket, or for none that is known.</exception>
    public static string Accept(IHeaderDictionary asked)
    {
        if (!HasWord(asked.Connection.ToString(), "upgrade") || !HasWord(asked.Upgrade.ToString(), "websocket"))
            throw Invalid("the request does not ask for a WebSocket");
        if (asked.SecWebSocketVersion.ToString() != Version)
            throw Invalid($"unsupported version of the WebSocket protocol: {Version} is known");
        var key = asked.SecWebSocketKey.ToString();
        if (!Convert.TryFromBase64String(key, new byte[KeyLength + 2], out var length) || length != KeyLength)
            throw Invalid("invalid key of a WebSocket");
#pragma warning disable CA5350 // The protocol says so; nothing is kept secret by it.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));
#pragma warning restore CA5350
    }

    private static bool HasWord(string header, string word) => header
        .Split(',', StringSplitOptions.TrimEntries)
        .Contains(word, StringComparer.OrdinalIgnoreCase);

    private static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}
