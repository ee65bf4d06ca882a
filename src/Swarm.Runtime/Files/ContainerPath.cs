using System.Text;

namespace Swarm.Runtime.Files;

/// <summary>A path of a container as its user wrote it: the folder it is in, and its last part.</summary>
/// <param name="Folder">From the root, without a slash at either end.</param>
/// <param name="Name">Empty where the path is meant to be what it leads to: the root, or one that ends in a slash or a
/// dot.</param>
/// <param name="Shown">What the names in an archive of it begin with.</param>
internal sealed record ContainerPath(string Folder, string Name, string Shown)
{
    /// <exception cref="ContainerException">It is empty, or has a zero byte.</exception>
    public static ContainerPath Parse(string text)
    {
        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
            throw new ContainerException(ContainerFault.Invalid, "path cannot be empty");
        var parts = text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var last = parts.Length == 0 ? "" : parts[^1];
        if (last is "" or "." or ".." || text.EndsWith('/'))
        {
            var shown = last is "" ? "/" : last is ".." ? "." : last;
            return new ContainerPath(string.Join('/', parts), "", shown);
        }

        return new ContainerPath(string.Join('/', parts[..^1]), last, last);
    }

    public byte[] FolderBytes => Encoding.UTF8.GetBytes(Folder.Length == 0 ? "." : Folder);

    public byte[] NameBytes => Encoding.UTF8.GetBytes(Name);

    public byte[] ShownBytes => Encoding.UTF8.GetBytes(Shown);
}
