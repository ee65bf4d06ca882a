using System.Text;
using Swarm.Images.Tar;
using Swarm.Linux.Files;

namespace Swarm.Images.Tests;

/// <summary>Tars for tests, in one chain of calls.</summary>
internal sealed class TarBuilder
{
    private readonly Stream _content;
    private readonly TarWriter _writer;
    private readonly Func<byte[]> _whole;

    public TarBuilder()
    {
        var content = new MemoryStream();
        (_content, _writer, _whole) = (content, new TarWriter(content), content.ToArray);
    }

    public static FileTime Time { get; } = new(1_600_000_000, 123_456_789);

    public TarBuilder File(
        string name, string content = "content", uint mode = 0x1a4, uint user = 0, long? seconds = null) =>
        Entry(
            new TarEntry
            {
                Name = Bytes(name),
                Kind = TarKind.File,
                Mode = mode,
                UserId = user,
                Modified = seconds is { } changed ? new FileTime(changed, 0) : Time,
            },
            Bytes(content));

    public TarBuilder Folder(string name, uint mode = 0x1ed, uint user = 0) =>
        Entry(new TarEntry { Name = Bytes(name), Kind = TarKind.Folder, Mode = mode, UserId = user, Modified = Time });

    public TarBuilder Link(string name, string target) =>
        Entry(new TarEntry
        {
            Name = Bytes(name),
            Kind = TarKind.SymbolicLink,
            LinkName = Bytes(target),
            Modified = Time
        });

    public TarBuilder HardLink(string name, string target) =>
        Entry(new TarEntry { Name = Bytes(name), Kind = TarKind.HardLink, LinkName = Bytes(target), Modified = Time });

    public TarBuilder Device(string name, uint major, uint minor) =>
        Entry(new TarEntry
        {
            Name = Bytes(name),
            Kind = TarKind.CharacterDevice,
            Mode = 0x1b6,
            Device = new DeviceNumber(major, minor),
            Modified = Time,
        });

    public TarBuilder Entry(TarEntry entry, byte[]? content = null)
    {
        _writer.WriteEntry(entry with { Size = content?.Length ?? 0 });
        if (content is not null) _writer.WriteContent(content);
        return this;
    }

    /// <summary>Adds bytes as they are: for what no writer would write.</summary>
    public TarBuilder Raw(byte[] bytes)
    {
        _content.Write(bytes);
        return this;
    }

    public byte[] Build()
    {
        _writer.WriteEnd();
        return _whole();
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
