using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Swarm.Runtime.Builds;

namespace Swarm.Runtime.Tests.Builds;

/// <summary>What <c>COPY</c> and <c>ADD</c> do to files.</summary>
public sealed class CopyTests(BuildFixture fixture) : IClassFixture<BuildFixture>
{
    private static readonly (string, string)[] Files =
        [("a.txt", "a"), ("b.txt", "b"), ("d/c.txt", "c"), ("d/e/f.txt", "f"), ("x.md", "x")];

    [Theory]
    [InlineData("COPY a.txt /new", "/new")]
    [InlineData("COPY a.txt /new/", "/new/a.txt")]
    [InlineData("COPY *.txt /new/", "/new/a.txt /new/b.txt")]
    [InlineData("COPY d /new", "/new/c.txt /new/e/f.txt")]
    [InlineData("COPY d/ /new/", "/new/c.txt /new/e/f.txt")]
    [InlineData("COPY d/* /new/", "/new/c.txt /new/f.txt")]
    [InlineData("COPY ./d/* /new/", "/new/c.txt /new/f.txt")]
    [InlineData("COPY /*.txt /new/", "/new/a.txt /new/b.txt")]
    [InlineData("COPY d* /new/", "/new/c.txt /new/e/f.txt")]
    [InlineData("COPY [\"a.txt\", \"/new/with space\"]", "/new/with space")]
    [InlineData("COPY d/../a.txt /new/", "/new/a.txt")]
    [InlineData("COPY a.txt d /new/", "/new/a.txt /new/c.txt /new/e/f.txt")]
    [InlineData("COPY a.txt lock* /new/", "/new/a.txt")]
    [InlineData("ADD none* *.none d/c.txt /new", "/new")]
    [InlineData("WORKDIR /new\nCOPY a.txt .", "/new/a.txt")]
    [InlineData("RUN mkdir /new\nCOPY a.txt /new", "/new/a.txt")]
    [InlineData("RUN mkdir /real && ln -s /real /new\nCOPY d/c.txt /new", "/real/c.txt")]
    [InlineData("RUN mkdir /new && ln -s ../etc/there /new/link\nCOPY a.txt /new/link", "/etc/there")]
    [InlineData("RUN mkdir /new && ln -s ../../../../etc/up /new/link\nCOPY a.txt /new/link", "/etc/up")]
    public async Task Sources_go_where_Docker_puts_them(string steps, string expected)
    {
        var built = await fixture.BuildAsync($"FROM box\n{steps}\n", Files);

        foreach (var path in expected.Split(" /").Select(path => "/" + path.TrimStart('/')))
            Assert.NotEqual("", await fixture.RunAsync(built, $"cat '{path}'"));
    }

    [Theory]
    [InlineData("d*/")]
    [InlineData("d//*.txt")]
    [InlineData("d/../*.txt")]
    [InlineData("*/*/")]
    public async Task Wildcards_are_compared_with_paths_as_they_are_written(string source)
    {
        var refused = await Assert.ThrowsAsync<BuildException>(
            () => fixture.BuildAsync($"FROM box\nCOPY {source} /new/\n", Files));

        Assert.Equal("COPY failed: no source files were specified", refused.Message);
    }

    [Fact]
    public async Task A_wildcard_finds_links_but_nothing_through_them()
    {
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            writer.WriteEntry(BuildFixture.File("Dockerfile", "FROM box\nCOPY l* /whole/\nCOPY */c* /new/\n"));
            writer.WriteEntry(BuildFixture.File("d/c.txt", "c"));
            writer.WriteEntry(BuildFixture.File("Through", "FROM box\nCOPY l/* /new/\n"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "l") { LinkName = "d" });
        }

        tar.Position = 0;
        var built = await fixture.BuildAsync(new BuildRequest(), tar);
        Assert.Equal("/new/c.txt\n/whole/c.txt", await fixture.RunAsync(built, "find /new /whole -type f | sort"));
        tar.Position = 0;
        var refused = await Assert.ThrowsAsync<BuildException>(
            () => fixture.BuildAsync(new BuildRequest { Dockerfile = "Through" }, tar));
        Assert.Equal("COPY failed: no source files were specified", refused.Message);
    }

    [Fact]
    public async Task Owners_are_root_or_as_asked_and_folders_that_are_made_too()
    {
        var built = await fixture.BuildAsync(
            "FROM box\nCOPY a.txt /r/a\nCOPY --chown=worker:staff d /w/d\nCOPY --chown=7 a.txt /n\n", Files);

        Assert.Equal(
            "0 0\n0 0\n1234 1300\n1234 1300\n1234 1300\n7 7",
            await fixture.RunAsync(built, "stat -c '%u %g' /r /r/a /w /w/d /w/d/e/f.txt /n"));
    }

    [Fact]
    public async Task What_comes_of_another_stage_stays_whose_it_is_unless_somebody_is_named()
    {
        static string Dockerfile(int user) =>
            $"FROM box AS one\nRUN mkdir -p /o/p && echo 1 > /o/p/f && chown -R {user}:50 /o\nFROM box\n"
            + "COPY --from=one /o /all/\nCOPY --from=one /o/p/f /file\nCOPY --from=one --chown=7 /o /named/\n";

        var built = await fixture.BuildAsync(Dockerfile(1000));
        var again = await fixture.BuildAsync(Dockerfile(2000));

        const string Look = "stat -c '%u %g' /all /all/p /all/p/f /file /named/p/f";
        Assert.Equal("0 0\n1000 50\n1000 50\n1000 50\n7 7", await fixture.RunAsync(built, Look));
        Assert.Equal("0 0\n2000 50\n2000 50\n2000 50\n7 7", await fixture.RunAsync(again, Look));
    }

    [Fact]
    public async Task A_folder_does_not_replace_a_file_nor_a_file_a_folder()
    {
        var first = await Assert.ThrowsAsync<BuildException>(
            () => fixture.BuildAsync("FROM box\nRUN mkdir -p /t/c.txt\nCOPY d /t\n", Files));
        var second = await Assert.ThrowsAsync<BuildException>(
            () => fixture.BuildAsync("FROM box\nRUN echo 1 > /t\nCOPY d /t\n", Files));

        Assert.Contains("cannot overwrite directory with non-directory", first.Message, StringComparison.Ordinal);
        Assert.Contains("/t is no directory", second.Message, StringComparison.Ordinal);
        fixture.ExpectNothingLeft();
    }

    [Fact]
    public async Task Archives_are_unpacked_by_ADD_alone_and_only_where_they_are_archives()
    {
        var tar = Latin(BuildFixture.Context("not read", ("inner/one", "1")).ToArray());
        var gzip = new MemoryStream();
        using (var compressing = new GZipStream(gzip, CompressionLevel.Fastest, leaveOpen: true))
            compressing.Write(BuildFixture.Context("z", ("inner/two", "2")).ToArray());

        var built = await fixture.BuildAsync(
            "FROM box\nADD p.tar /p/\nADD z.tgz /z\nCOPY p.tar /kept.tar\nADD a.txt /plain\n",
            ("p.tar", tar), ("z.tgz", Latin(gzip.ToArray())), ("a.txt", "a"));

        Assert.Equal("12a", await fixture.RunAsync(built, "cat /p/inner/one /z/inner/two /plain"));
        Assert.Equal("500 500", await fixture.RunAsync(built, "stat -c '%u %g' /p/inner/one"));
        Assert.Equal($"{tar.Length}", await fixture.RunAsync(built, "stat -c %s /kept.tar"));
    }

    [Theory]
    [InlineData("xz"), InlineData("bzip2")]
    public async Task What_xz_and_bzip2_packed_is_unpacked_by_ADD_and_taken_for_a_context(string packer)
    {
        var tar = BuildFixture.Context("not read", ("inner/one", "1")).ToArray();
        var context = BuildFixture.Context(
            "FROM box\nADD p.tar.packed /p/\nADD text.packed broken.packed /kept/\n",
            ("p.tar.packed", Latin(Pack(packer, tar))), ("text.packed", Latin(Pack(packer, [1, 2, 3]))),
            ("broken.packed", Latin(Pack(packer, tar)[..40])));

        var built = await fixture.BuildAsync(new BuildRequest(), new MemoryStream(Pack(packer, context.ToArray())));

        Assert.Equal("1", await fixture.RunAsync(built, "cat /p/inner/one"));
        Assert.Equal("broken.packed\ntext.packed", await fixture.RunAsync(built, "ls /kept"));
        var cut = Pack(packer, context.ToArray())[..^30];
        var failed = await Assert.ThrowsAsync<BuildException>(
            () => fixture.BuildAsync(new BuildRequest(), new MemoryStream(cut)));
        Assert.True(failed.IsInvalid, failed.Message);
        Assert.Contains($"{packer}: ", failed.Message, StringComparison.Ordinal);
        fixture.ExpectNothingLeft();
    }

    [Fact]
    public async Task What_is_ignored_is_not_there_and_neither_is_the_list_where_it_says_so()
    {
        var built = await fixture.BuildAsync(
            "FROM box\nCOPY . /all/\n",
            [.. Files, (".dockerignore", "*.md\nd/*\n!d/e\n.dockerignore\nDockerfile\n")]);

        Assert.Equal("a.txt\nb.txt\nd\ne\nf.txt", await fixture.RunAsync(
            built, "cd /all; ls -A; ls -A d; ls -A d/e"));
    }

    [Fact]
    public async Task Contents_and_permissions_decide_about_the_cache_and_times_do_not()
    {
        const string File = "FROM box\nCOPY s /s\n";
        var (early, late) = (DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        var first = await fixture.BuildAsync(new BuildRequest(), Script(File, early, executable: false));
        var later = await fixture.BuildAsync(new BuildRequest(), Script(File, late, executable: false));
        var other = await fixture.BuildAsync(new BuildRequest(), Script(File, early, executable: true));

        Assert.Equal(first.Image.Id, later.Image.Id);
        Assert.NotEqual(first.Image.Id, other.Image.Id);
    }

    [Fact]
    public async Task No_link_of_a_context_leads_out_of_it()
    {
        var secret = Path.GetTempFileName();
        await File.WriteAllTextAsync(secret, "of the host");
        try
        {
            var tar = new MemoryStream();
            await using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
            {
                writer.WriteEntry(BuildFixture.File("Dockerfile", "FROM box\nCOPY out/etc/hostname /got\n"));
                writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "out") { LinkName = "/" });
                writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "file") { LinkName = secret });
            }

            tar.Position = 0;
            var failed = await Assert.ThrowsAsync<BuildException>(() => fixture.BuildAsync(new BuildRequest(), tar));
            Assert.Contains("file does not exist", failed.Message, StringComparison.Ordinal);
            tar.Position = 0;
            failed = await Assert.ThrowsAsync<BuildException>(
                () => fixture.BuildAsync(new BuildRequest { Dockerfile = "file" }, tar));
            Assert.Equal("Cannot locate specified Dockerfile: file", failed.Message);
            Assert.Equal("of the host", await File.ReadAllTextAsync(secret));
            fixture.ExpectNothingLeft();
        }
        finally
        {
            File.Delete(secret);
        }
    }

    [Theory]
    [InlineData("../out"), InlineData("d/../../out")]
    public async Task No_name_of_a_context_leads_out_of_it(string name)
    {
        var failed = await Assert.ThrowsAsync<BuildException>(() => fixture.BuildAsync("FROM box\n", (name, "x")));

        Assert.True(failed.IsInvalid);
        Assert.Contains("goes up by '..'", failed.Message, StringComparison.Ordinal);
        fixture.ExpectNothingLeft();
    }

    [Fact]
    public async Task A_context_that_is_none_is_refused_and_leaves_nothing()
    {
        foreach (var bytes in (byte[][])[[], "no tar at all"u8.ToArray(), [0x1f, 0x8b, 1, 2, 3]])
        {
            var failed = await Assert.ThrowsAsync<BuildException>(
                () => fixture.BuildAsync(new BuildRequest(), new MemoryStream(bytes)));
            Assert.True(failed.IsInvalid, failed.Message);
        }

        var outside = await Assert.ThrowsAsync<BuildException>(
            () => fixture.BuildAsync(new BuildRequest { Dockerfile = "../x" }, "FROM box\n"));
        Assert.Equal("forbidden path outside the build context: ../x", outside.Message);
        fixture.ExpectNothingLeft();
    }

    private static MemoryStream Script(string dockerfile, DateTimeOffset modified, bool executable)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            writer.WriteEntry(BuildFixture.File("Dockerfile", dockerfile));
            var script = BuildFixture.File("s", "#!/bin/sh\n");
            script.ModificationTime = modified;
            if (executable) script.Mode |= UnixFileMode.UserExecute;
            writer.WriteEntry(script);
        }

        tar.Position = 0;
        return tar;
    }

    private static byte[] Pack(string packer, byte[] content)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, content);
            Host.Run(packer, path);
            var packed = Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + ".*").Single();
            var bytes = File.ReadAllBytes(packed);
            File.Delete(packed);
            return bytes;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
