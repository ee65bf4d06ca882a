using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Swarm.Linux.Files;

namespace Swarm.Images.Tests;

/// <summary>Everything that can be said of a tree of files, a line each: two trees are the
/// same when their lines are.</summary>
internal static class TreeListing
{
    public static string[] Of(string root)
    {
        var lines = new List<string>();
        using var folder = Folder.Open(root);
        lines.Add(Line(".", root, folder.Status()));
        Add(folder, root, "", lines);
        lines.Sort(StringComparer.Ordinal);
        return [.. lines];
    }

    private static void Add(Folder folder, string path, string prefix, List<string> lines)
    {
        foreach (var bytes in folder.Names())
        {
            var name = Encoding.UTF8.GetString(bytes);
            var status = folder.Status(bytes)!.Value;
            var attribute = folder.Attribute(bytes, "user.note"u8);
            var note = attribute is null ? "" : " user.note=" + Convert.ToHexString(attribute);
            lines.Add(Line(prefix + name, Path.Combine(path, name), status) + note);
            if (status.Kind != FileKind.Folder) continue;

            using var child = folder.Child(bytes)!;
            Add(child, Path.Combine(path, name), prefix + name + "/", lines);
        }
    }

    private static string Line(string name, string path, FileStatus status)
    {
        var content = status.Kind switch
        {
            FileKind.Regular =>
                Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))[..16] + " links " + status.Links,
            FileKind.SymbolicLink => "-> " + new FileInfo(path).LinkTarget,
            FileKind.CharacterDevice or FileKind.BlockDevice => status.Represents.ToString(),
            _ => "",
        };
        var mode = status.Kind == FileKind.SymbolicLink ? "" : Convert.ToString(status.Mode, 8);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name} {status.Kind} {mode} {status.UserId}:{status.GroupId} {status.Modified.Seconds} {content}");
    }
}
