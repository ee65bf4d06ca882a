using System.Net;
using System.Text;
using Swarm.Runtime.Builds;

namespace Swarm.Runtime.Tests.Builds;

/// <summary>What <c>ADD</c> does beyond <c>COPY</c>.</summary>
public sealed class AddTests(BuildFixture fixture) : IClassFixture<BuildFixture>
{
    [Fact]
    public async Task An_address_is_fetched_and_what_the_server_refuses_is_told()
    {
        using var server = new HttpListener();
        var address = $"http://127.0.0.1:{FreePorts.Next()}/";
        server.Prefixes.Add(address);
        server.Start();
        var serving = ServeAsync(server, requests: 5);

        var built = await fixture.BuildAsync($"FROM box\nADD {address}d/name.txt /in/\n");
        var given = await fixture.BuildAsync($"FROM box\nADD {address}given/ /in/\n");
        var whole = await fixture.BuildAsync($"FROM box\nADD {address}folder/ /in\n");
        var refused = await Assert.ThrowsAsync<BuildException>(
            () => fixture.BuildAsync($"FROM box\nADD {address}missing /in/\n"));
        var nameless = await Assert.ThrowsAsync<BuildException>(
            () => fixture.BuildAsync($"FROM box\nADD {address}folder/ /in/\n"));
        await serving;

        Assert.Equal("fetched", await fixture.RunAsync(built, "cat /in/name.txt"));
        Assert.Equal("600", await fixture.RunAsync(built, "stat -c %a /in/name.txt"));
        Assert.Equal("fetched", await fixture.RunAsync(given, "cat /in/by-server.txt"));
        Assert.Equal("fetched", await fixture.RunAsync(whole, "cat /in"));
        Assert.Contains("the server answered 404", refused.Message, StringComparison.Ordinal);
        Assert.Equal($"cannot determine filename for source {address}folder/", nameless.Message);
    }

    [Fact]
    public async Task A_tar_that_begins_with_what_is_not_supported_is_refused_and_not_copied_as_it_is()
    {
        foreach (var format in (string[])["pax", "gnu"])
        {
            var folder = Directory.CreateTempSubdirectory("swarm-sparse-").FullName;
            try
            {
                using (var hole = File.Create(Path.Join(folder, "hole"))) hole.SetLength(1 << 20);
                Host.Run("tar", "-C", folder, "-S", $"--format={format}", "-cf", Path.Join(folder, "t.tar"), "hole");
                var tar = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Join(folder, "t.tar")));

                var failed = await Assert.ThrowsAsync<BuildException>(
                    () => fixture.BuildAsync("FROM box\nADD t.tar /in/\n", ("t.tar", tar)));

                Assert.StartsWith("ADD failed: t.tar: archive: ", failed.Message, StringComparison.Ordinal);
                Assert.Contains("sparse file", failed.Message, StringComparison.Ordinal);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        fixture.ExpectNothingLeft();
    }

    private static async Task ServeAsync(HttpListener server, int requests)
    {
        for (; requests > 0; requests--)
        {
            var asked = await server.GetContextAsync();
            var path = asked.Request.Url!.AbsolutePath;
            asked.Response.StatusCode = path == "/missing" ? 404 : 200;
            if (path == "/given/")
                asked.Response.AddHeader("Content-Disposition", "attachment; filename=\"../by-server.txt\"");
            await asked.Response.OutputStream.WriteAsync("fetched"u8.ToArray());
            asked.Response.Close();
        }
    }
}
