using Spectre.Console;
using Swarm.Benchmarks;
using Swarm.Benchmarks.Docker;

// Run by hand: tests/bench [NAME ...]. It builds the programs first, and enters a mount
// namespace in which crun accepts the cgroups.
var all = new Dictionary<string, Func<Task<IReadOnlyList<Measure>>>>(StringComparer.Ordinal)
{
    ["ready"] = DaemonReady.RunAsync,
    ["start"] = ContainerStart.RunAsync,
    ["replicas"] = Replicas.RunAsync,
    ["command"] = CommandAnswer.RunAsync,
    ["docker"] = DockerFigures.RunAsync,
    ["unpack"] = LayerUnpack.RunAsync,
    ["place"] = Placing.RunAsync,
    ["failover"] = ClusterHosts.FailOverAsync,
    ["idle"] = ClusterHosts.IdleAsync,
    ["busy"] = ClusterHosts.BusyAsync,
    ["share"] = ImageSharing.RunAsync,
    ["move"] = ImageMoving.RunAsync,
    ["fetch"] = ImageFetching.RunAsync,
};

var wanted = args.Length == 0 ? [.. all.Keys] : args;
var unknown = wanted.Where(name => !all.ContainsKey(name)).ToArray();
if (unknown.Length > 0)
{
    await Console.Error
        .WriteLineAsync($"no benchmark {string.Join(", ", unknown)}; there are {string.Join(", ", all.Keys)}");
    return 2;
}

var table = new Table().Border(TableBorder.Markdown).AddColumns("what", "median", "least", "most", "runs", "target");
foreach (var name in wanted)
{
    await Console.Error.WriteLineAsync($"running {name} ...");
    foreach (var measure in await all[name]())
    {
        if (measure.Count == 0)
        {
            table.AddRow(Markup.Escape(measure.Name), "", "", "", "0", Markup.Escape(measure.Target));
            continue;
        }

        table.AddRow(
            Markup.Escape(measure.Name), $"{measure.Median:0.##}", $"{measure.Minimum:0.##}", $"{measure.Maximum:0.##}",
            $"{measure.Count}", Markup.Escape(measure.Target));
    }
}

AnsiConsole.Profile.Width = 160;
AnsiConsole.Write(table);
return 0;
