using System.Text;
using System.Text.Json.Nodes;
using Swarm.Api.Http;
using Swarm.Linux.Files;
using Swarm.Runtime.Files;

namespace Swarm.Api.Containers;

/// <summary>What a path of a container is, as Docker puts it into a header.</summary>
internal static class PathStatus
{
    private const uint Permissions = 0x1ff;
    private const uint SetUser = 0x800;
    private const uint SetGroup = 0x400;
    private const uint Sticky = 0x200;

    /// <summary>JSON in base64.</summary>
    public static string Write(FileEntry entry) => Convert.ToBase64String(Encoding.UTF8.GetBytes(new JsonObject
    {
        ["name"] = entry.Name,
        ["size"] = entry.Size,
        ["mode"] = ModeOf(entry),
        ["mtime"] = QueryTime.Written(entry.Modified),
        ["linkTarget"] = entry.LinkTarget,
    }.ToJsonString()));

    /// <remarks>Go's numbers of kinds: <see href="https://pkg.go.dev/io/fs#FileMode"/>.</remarks>
    private static long ModeOf(FileEntry entry)
    {
        long kind = entry.Kind switch
        {
            FileKind.Folder => 1L << 31,
            FileKind.SymbolicLink => 1L << 27,
            FileKind.BlockDevice => 1L << 26,
            FileKind.CharacterDevice => (1L << 26) | (1L << 21),
            FileKind.Fifo => 1L << 25,
            FileKind.Socket => 1L << 24,
            _ => 0,
        };
        return kind | (entry.Mode & Permissions)
            | ((entry.Mode & SetUser) != 0 ? 1L << 23 : 0)
            | ((entry.Mode & SetGroup) != 0 ? 1L << 22 : 0)
            | ((entry.Mode & Sticky) != 0 ? 1L << 20 : 0);
    }
}
