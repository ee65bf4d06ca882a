using System.Text;
using Swarm.Images.Tar;

namespace Swarm.Images.Tests;

/// <summary>Tars that nobody means well with.</summary>
internal static class HostileTars
{
    public static byte[] Make(string kind, string outside) => kind switch
    {
        "name that goes up" => new TarBuilder().File("../escaped").Build(),
        "name that goes up within" => new TarBuilder().Folder("a").File("a/../../escaped").Build(),
        "hard link that goes up" => new TarBuilder().HardLink("a", "../../../etc/passwd").Build(),
        "hard link to nothing" => new TarBuilder().HardLink("a", outside).Build(),
        "hard link to a folder" => new TarBuilder().Folder("d").HardLink("a", "d").Build(),
        "hard link to itself" => new TarBuilder().File("a").HardLink("a", "./a").Build(),
        "hard link through a link out" =>
            new TarBuilder().Link("way", Path.GetDirectoryName(outside)!).HardLink("a", "way/outside").Build(),
        "root as link" => new TarBuilder().Link("./", outside).Build(),
        "root as file" => new TarBuilder().File(".").Build(),
        "whiteout device" => new TarBuilder().Device("gone", 0, 0).Build(),
        "empty whiteout" => new TarBuilder().File("d/.wh.").Build(),
        "whiteout of here" => new TarBuilder().File("d/.wh..").Build(),
        "whiteout of above" => new TarBuilder().File("d/.wh...").Build(),
        "file below a whiteout" => new TarBuilder().File(".wh.a/b").Build(),
        "parent that is a file" => new TarBuilder().File("a").File("a/b").Build(),
        "parent that is a dangling link" => new TarBuilder().Link("a", "nowhere").File("a/b").Build(),
        "parent that is a circle" => new TarBuilder().Link("a", "b").Link("b", "a").File("a/b").Build(),
        "long name" => new TarBuilder().File(new string('n', 256)).Build(),
        "long path" => new TarBuilder().File(string.Concat(Enumerable.Repeat("folder/", 600)) + "file").Build(),
        "symbolic link to nothing" => new TarBuilder().Link("a", "").Build(),
        "socket" => new TarBuilder().Entry(new TarEntry { Name = "s"u8.ToArray(), Kind = (TarKind)'s' }).Build(),
        "text" => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("this is no tar at all. ", 100))),
        _ => MakeBroken(kind),
    };

    private static byte[] MakeBroken(string kind) => kind switch
    {
        "negative size" => Header(header => TarNumbers.Write(header.AsSpan(124, 12), -512)),
        "huge size" => Header(header => TarNumbers.Write(header.AsSpan(124, 12), long.MaxValue)),
        "wrong checksum" => Header(header => header[0] ^= 1, isSummed: false),
        "cut in a header" => new TarBuilder().File("a").Build()[..300],
        "cut in content" => new TarBuilder().File("a", new string('c', 5000)).Build()[..2000],
        "no end" => new TarBuilder().File("a").Build()[..1024],
        "sparse" => Header(header => header[156] = (byte)'S'),
        "sparse of pax" => Pax("22 GNU.sparse.major=1\n"),
        "pax of wrong length" => Pax("99 path=a\n"),
        "pax without key" => Pax("6 =ab\n"),
        "pax with zero in path" => Pax("12 path=a\0b\n"),
        "pax with bad size" => Pax("12 size=-42\n"),
        "pax bomb" => Pax(new string('p', (1 << 20) + 1)),
        "many attributes" =>
            Pax(string.Concat(Enumerable.Range(1000, 300).Select(i => $"27 SCHILY.xattr.user.{i}=\n"))),
        "long name bomb" => new TarBuilder().Entry(
            new TarEntry { Name = "l"u8.ToArray(), Kind = (TarKind)'L' }, new byte[(1 << 20) + 1]).File("a").Build(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such tar"),
    };

    private static byte[] Pax(string records) => new TarBuilder().Entry(
        new TarEntry { Name = "x"u8.ToArray(), Kind = (TarKind)'x' },
        Encoding.UTF8.GetBytes(records)).File("a").Build();

    private static byte[] Header(Action<byte[]> change, bool isSummed = true)
    {
        var tar = new TarBuilder().File("a").Build();
        change(tar);
        if (isSummed) TarNumbers.Write(tar.AsSpan(148, 7), TarHeader.Checksum(tar.AsSpan(0, 512)));
        return tar;
    }
}
