using System.Diagnostics;

namespace Swarm.Benchmarks.Docker;

/// <summary>What people do with the <c>docker</c> command, timed from its start to its end.</summary>
/// <remarks>With <c>SWARM_BENCH_DOCKERD=1</c> and Docker on the host, its own daemon does the same in turn; with
/// <c>SWARM_BENCH_PODMAN=1</c> podman's service does. With <c>SWARM_BENCH_ONCE=1</c> all is done once and in small,
/// to see that it works.</remarks>
internal static class DockerFigures
{
    private const string Image = "bench";
    private const int Lines = 100_000;
    private const int Files = 1_000;

    private static readonly bool IsOnce = Wants("ONCE");
    private static readonly int Runs = IsOnce ? 1 : 20;
    private static readonly int LongRuns = IsOnce ? 1 : 5;
    private static readonly int ManyContainers = IsOnce ? 10 : 500;
    private static readonly int Resting = IsOnce ? 2 : 20;
    private static readonly int[] Together = IsOnce ? [2] : [8, 32];

    public static async Task<IReadOnlyList<Measure>> RunAsync()
    {
        await using var swarm = await BenchDaemon.StartAsync();
        await swarm.ImportImageAsync();
        await using var docker = await OtherEngine.StartDockerAsync(Wants("DOCKERD"));
        await using var podman = await OtherEngine.StartPodmanAsync(Wants("PODMAN"));
        List<DockerEngine> engines = [new("Swarm", swarm.Socket)];
        foreach (var other in new[] { docker?.Engine, podman?.Engine }.OfType<DockerEngine>())
        {
            await ImportAsync(other);
            engines.Add(other);
        }

        List<Measure> measures = [];
        await InTurnAsync(measures, engines, "the command alone: version, ms", Runs, ClientAsync);
        await MeasureRunsAsync(measures, engines);
        await MeasureExecsAsync(measures, engines);
        await InTurnAsync(
            measures, engines.FindAll(one => one.CanCommit), $"commit of {Files} new files, ms", LongRuns, CommitAsync);
        await InTurnAsync(measures, engines, "build of a ten-step Dockerfile, ms", LongRuns, BuildAsync);
        await MeasureReadingAsync(measures, engines);
        await InTurnAsync(measures, engines, "memory beside a container, MiB", 1, MemoryAsync);
        return measures;
    }

    private static async Task MeasureRunsAsync(List<Measure> measures, List<DockerEngine> engines)
    {
        await InTurnAsync(measures, engines, "run --rm, bridge, ms", Runs, one => RunAsync(one, "bridge"));
        await InTurnAsync(measures, engines, "run --rm, host network, ms", Runs, one => RunAsync(one, "host"));
        await InTurnAsync(
            measures, engines, "run --rm, host network, the engine alone, ms", Runs,
            one => AloneAsync(one, raw => raw.RunAsync(Image, "/bin/sh", "-c", ":")));
        await InTurnAsync(measures, engines, "run -d, ms", Runs, RunInBackgroundAsync);
        await InTurnAsync(measures, engines, "rm -f, ms", Runs, RemoveAsync);
        foreach (var together in Together)
        {
            await InTurnAsync(
                measures, engines, $"run --rm, bridge, {together} at a time, containers/s", LongRuns,
                one => ManyAsync(one, together));
        }
    }

    private static async Task MeasureExecsAsync(List<Measure> measures, List<DockerEngine> engines)
    {
        foreach (var engine in engines) await engine.DoAsync("run", "-d", "--name", "kept", Image, "sleep", "9999");
        await InTurnAsync(
            measures, engines, "exec, ms", Runs, one => one.TimeAsync("exec", "kept", "/bin/sh", "-c", ":"));
        await InTurnAsync(
            measures, engines, "exec, the engine alone, ms", Runs,
            one => AloneAsync(one, raw => raw.ExecAsync("kept", "/bin/sh", "-c", ":")));
        foreach (var engine in engines) await engine.DoAsync("rm", "-f", "kept");
    }

    private static async Task MeasureReadingAsync(List<Measure> measures, List<DockerEngine> engines)
    {
        await InTurnAsync(
            measures, engines, $"logs, {Lines} lines, ms", LongRuns,
            one => LogsAsync(one, () => one.TimeAsync("logs", "talker")));
        await InTurnAsync(
            measures, engines, $"logs, {Lines} lines, the engine alone, ms", LongRuns,
            one => LogsAsync(one, () => AloneAsync(one, raw => raw.LogsAsync("talker"))));
        foreach (var engine in engines) await MakeManyAsync(engine);
        await InTurnAsync(
            measures, engines, $"ps -a, {ManyContainers} containers, ms", Runs, one => one.TimeAsync("ps", "-a"));
        await InTurnAsync(
            measures, engines, $"ps -a, {ManyContainers} containers, the engine alone, ms", Runs,
            one => AloneAsync(one, raw => raw.ListAsync()));
    }

    private static bool Wants(string what) => Environment.GetEnvironmentVariable($"SWARM_BENCH_{what}") == "1";

    private static async Task InTurnAsync(
        List<Measure> measures, List<DockerEngine> engines, string what, int runs,
        Func<DockerEngine, Task<double>> doAsync)
    {
        var own = engines.Select(engine => new Measure($"{engine.Name}: {what}", "")).ToList();
        for (var run = 0; run < runs; run++)
        {
            foreach (var (engine, measure) in engines.Zip(own)) measure.Add(await doAsync(engine));
        }

        measures.AddRange(own);
    }

    private static async Task ImportAsync(DockerEngine engine)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, await BusyboxImage.TarAsync());
        await engine.DoAsync("import", file, Image);
        File.Delete(file);
    }

    /// <summary>Without the command.</summary>
    private static async Task<double> AloneAsync(DockerEngine engine, Func<RawRequests, Task<double>> askAsync)
    {
        using var raw = new RawRequests(engine);
        return await askAsync(raw);
    }

    private static Task<double> ClientAsync(DockerEngine engine) => engine.TimeAsync("version");

    private static Task<double> RunAsync(DockerEngine engine, string network) =>
        engine.TimeAsync("run", "--rm", "--network", network, Image, "/bin/sh", "-c", ":");

    private static async Task<double> RunInBackgroundAsync(DockerEngine engine)
    {
        var took = await engine.TimeAsync("run", "-d", "--name", "one", Image, "sleep", "9999");
        await engine.DoAsync("rm", "-f", "one");
        return took;
    }

    private static async Task<double> RemoveAsync(DockerEngine engine)
    {
        await engine.DoAsync("run", "-d", "--name", "one", Image, "sleep", "9999");
        return await engine.TimeAsync("rm", "-f", "one");
    }

    private static async Task<double> ManyAsync(DockerEngine engine, int together)
    {
        var count = together * 2;
        var since = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = together },
            async (_, _) => await RunAsync(engine, "bridge"));
        return count / Stopwatch.GetElapsedTime(since).TotalSeconds;
    }

    private static async Task<double> CommitAsync(DockerEngine engine)
    {
        var script = $"i=0; while [ $i -lt {Files} ]; do echo $i > /tmp/f$i; i=$((i+1)); done";
        await engine.DoAsync("run", "--name", "changed", Image, "/bin/sh", "-c", script);
        var took = await engine.TimeAsync("commit", "changed", "committed");
        await engine.DoAsync("rm", "changed");
        await engine.DoAsync("rmi", "committed");
        return took;
    }

    private static async Task<double> BuildAsync(DockerEngine engine)
    {
        var folder = Directory.CreateTempSubdirectory("swarm-bench-build-").FullName;
        await File.WriteAllTextAsync($"{folder}/file", "content");
        await File.WriteAllTextAsync($"{folder}/Dockerfile", $"""
            FROM {Image}
            ENV A=1
            WORKDIR /srv
            COPY file a
            RUN echo 1 > one
            RUN echo 2 > two
            RUN echo 3 > three
            RUN echo 4 > four
            LABEL b=2
            CMD ["/bin/sh"]
            """);
        var took = await engine.TimeAsync("build", "--no-cache", "-q", "-t", "built", folder);
        await engine.DoAsync("rmi", "built");
        Directory.Delete(folder, recursive: true);
        return took;
    }

    private static async Task<double> LogsAsync(DockerEngine engine, Func<Task<double>> readAsync)
    {
        var script = $"i=0; while [ $i -lt {Lines} ]; do echo line number $i; i=$((i+1)); done";
        await engine.DoAsync("run", "--name", "talker", Image, "/bin/sh", "-c", script);
        var took = await readAsync();
        await engine.DoAsync("rm", "talker");
        return took;
    }

    private static Task MakeManyAsync(DockerEngine engine) => Parallel.ForEachAsync(
        Enumerable.Range(0, ManyContainers), new ParallelOptions { MaxDegreeOfParallelism = 8 },
        async (number, _) => await engine.DoAsync("create", "--name", $"many{number}", Image, "sleep", "9999"));

    private static async Task<double> MemoryAsync(DockerEngine engine)
    {
        var before = SupervisionMemory.Mebibytes("sleep");
        for (var number = 0; number < Resting; number++)
            await engine.DoAsync("run", "-d", "--name", $"rest{number}", Image, "sleep", "9999");
        var after = SupervisionMemory.Mebibytes("sleep");
        await engine.DoAsync(["rm", "-f", .. Enumerable.Range(0, Resting).Select(number => $"rest{number}")]);
        return (after - before) / Resting;
    }
}
