using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Swarm.Linux.Files;

namespace Swarm.Api.Http;

/// <summary>The file of a unix socket: bound aside and put in place only when it has its permissions.</summary>
/// <remarks>A client never meets a socket that is open to all, or one that nobody serves any more.</remarks>
internal static partial class ListeningSocket
{
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    public static string BindingPath(string path) => path + ".new";

    /// <summary>Makes the folder, and clears what a dead process left.</summary>
    /// <exception cref="IOException">Somebody serves this socket, or something else is in its place.</exception>
    public static void Prepare(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(BindingPath(path));
        if (!File.Exists(path)) return;
        if (IsFile(path)) throw new IOException($"{path} is a file, in the way of the socket to listen on");

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return; // a dead process left it: replaced by the rename
        }
        catch (SocketException cause)
        {
            throw new IOException($"{path} is in the way of the socket to listen on: {cause.Message}", cause);
        }

        throw new IOException($"another process listens on {path}");
    }

    /// <summary>Whether it is an ordinary file: a socket cannot be opened.</summary>
    private static bool IsFile(string path)
    {
        try
        {
            File.OpenHandle(path).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Gives the bound socket its permissions and its name.</summary>
    public static void Publish(string path, string group, ILogger logger)
    {
        File.SetUnixFileMode(BindingPath(path), OwnerAndGroup);
        if (HostGroups.Find(group) is { } id) FileOwner.Set(BindingPath(path), user: 0, id);
        else LogNoGroup(logger, group, path);
        File.Move(BindingPath(path), path, overwrite: true);
    }

    [LoggerMessage(LogLevel.Debug, "The host has no group {Group}: {Path} is for root alone")]
    private static partial void LogNoGroup(ILogger logger, string group, string path);
}
