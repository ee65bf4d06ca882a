using System.Text.Json.Nodes;

namespace Swarm.Daemon.Tests.Seed;

/// <summary>Two containers of which only their documents of 2015 are left run as they did.</summary>
public sealed class SeedTests(SeedContainers seed) : IClassFixture<SeedContainers>
{
    private const int Port = 8887;

    [Fact]
    public async Task The_web_application_shows_its_files_on_its_port()
    {
        await UntilAnsweringAsync();

        Assert.Equal("the best web application ever\n", await PageAsync("index.html"));
    }

    [Fact]
    public async Task The_web_application_has_its_folder_and_reaches_database_and_cache_through_its_links()
    {
        await UntilAnsweringAsync();

        var lines = (await PageAsync("cgi-bin/neighbours")).TrimEnd('\n').Split('\n');

        Assert.Equal("directory /opt/bestwebappever", lines[0]);
        Assert.Equal("environment local Local", lines[1]);
        Assert.Matches("^database postgres 9[.]3 rows [1-9][0-9]*$", lines[2]);
        Assert.Equal("cache +PONG", lines[3]);
        Assert.Equal("link /bestwebappever.dev.app/db 5432 9.3 tcp", lines[4]);
    }

    [Fact]
    public async Task What_the_database_keeps_is_in_its_data_container_and_outlives_it()
    {
        await UntilAnsweringAsync();
        var before = 0; // more rows than the few questions below write
        while (before < 20) before = await RowsAsync();
        await seed.Docker.DoAsync("rm", "-f", "-v", SeedDocument.Postgres.Name);

        await seed.StartDatabaseAsync();
        // A link is to the container that was there, not to one that has its name later.
        await seed.Docker.DoAsync("rm", "-f", "-v", SeedDocument.WebApplication.Name);
        await seed.StartApplicationAsync();
        await UntilAnsweringAsync();

        Assert.True(await RowsAsync() > before);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Its_document_is_that_of_2015_but_for_what_the_table_says(bool isDatabase)
    {
        var then = isDatabase ? SeedDocument.Postgres : SeedDocument.WebApplication;

        var today = JsonNode.Parse(await seed.Docker.DoAsync("inspect", then.Name))![0]!.AsObject();

        Assert.Equal("", string.Join('\n', then.FaultsOf(today)));
        Assert.StartsWith(
            today["Config"]!["Hostname"]!.GetValue<string>(), today["Id"]!.GetValue<string>(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_speaks_of_fields_that_there_were_and_is_the_one_of_the_page()
    {
        var fields = SeedDocument.Postgres.Fields.Concat(SeedDocument.WebApplication.Fields).ToHashSet();
        Assert.Empty(SeedTable.Rules.Where(rule => !fields.Contains(rule.Field)).Select(rule => rule.Field));

        var page = File.ReadAllLines(Repository.At("docs/seed-containers.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal));

        Assert.Equal(
            SeedTable.Rules.Select(rule => $"| `{rule.Field}` | {rule.Fate} |"), page);
    }

    private static async Task<int> RowsAsync() => int.Parse(
        (await PageAsync("cgi-bin/neighbours")).Split('\n')[2].Split(' ')[^1],
        System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<string> PageAsync(string path)
    {
        using var web = new HttpClient();
        return await web.GetStringAsync(new Uri($"http://127.0.0.1:{Port}/{path}"));
    }

    /// <summary>All three answer: each takes a moment to listen.</summary>
    private async Task UntilAnsweringAsync()
    {
        var last = "";
        await seed.Node.UntilAsync(
            async () =>
            {
                try
                {
                    last = await PageAsync("cgi-bin/neighbours");
                    return last.Contains(" rows ", StringComparison.Ordinal)
                        && last.Contains("+PONG", StringComparison.Ordinal);
                }
                catch (HttpRequestException refused)
                {
                    last = refused.Message;
                    return false;
                }
            },
            () => last);
    }
}
