using System.Diagnostics;
using System.Formats.Tar;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Images;

namespace Swarm.Benchmarks;

/// <summary>Import of a layer of 20,000 files, digests and all, against GNU tar unpacking the same file.</summary>
internal static class LayerUnpack
{
    private const int Files = 20_000;
    private const int Runs = 5;

    public static async Task<IReadOnlyList<Measure>> RunAsync()
    {
        var root = Directory.CreateTempSubdirectory("swarm-bench-").FullName;
        try
        {
            var tar = Path.Combine(root, "layer.tar");
            await WriteTarAsync(tar);
            var ours = new Measure("unpack 20,000 files (102 MB), swarm, s", "");
            var theirs = new Measure("unpack 20,000 files (102 MB), tar -x, s", "");
            var ratio = new Measure("unpack, swarm / tar -x, elapsed", "");
            for (var run = 0; run < Runs; run++)
            {
                var (swarm, gnu) = (await ImportAsync(tar, Path.Combine(root, $"store{run}")),
                    Extract(tar, Path.Combine(root, $"tar{run}")));
                ours.Add(swarm);
                theirs.Add(gnu);
                ratio.Add(swarm / gnu);
            }

            return [ours, theirs, ratio];
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<double> ImportAsync(string tar, string folder)
    {
        using var store = new ImageStore(
            new ImageStoreOptions { Root = folder }, TimeProvider.System, NullLogger<ImageStore>.Instance);
        await using var content = File.OpenRead(tar);
        var since = Stopwatch.GetTimestamp();
        await store.ImportAsync(content, name: null, new ImageConfiguration(), CancellationToken.None);
        return Stopwatch.GetElapsedTime(since).TotalSeconds;
    }

    private static double Extract(string tar, string folder)
    {
        Directory.CreateDirectory(folder);
        var since = Stopwatch.GetTimestamp();

        // What is kept must reach the disk in both: our store syncs a layer before it is seen.
        using var extract = Process.Start("sh", ["-c", $"tar -xf {tar} -C {folder} && sync -f {folder}"]);
        extract.WaitForExit();
        if (extract.ExitCode != 0) throw new InvalidOperationException($"tar ended with {extract.ExitCode}");
        return Stopwatch.GetElapsedTime(since).TotalSeconds;
    }

    private static async Task WriteTarAsync(string path)
    {
        var random = new Random(20_000);
        var content = new byte[5_100];
        await using var file = File.Create(path);
        await using var writer = new TarWriter(file, TarEntryFormat.Pax);
        for (var number = 0; number < Files; number++)
        {
            if (number % 100 == 0)
                await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, $"d{number / 100}"));
            random.NextBytes(content);
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, $"d{number / 100}/f{number}")
            {
                DataStream = new MemoryStream(content),
            });
        }
    }
}
