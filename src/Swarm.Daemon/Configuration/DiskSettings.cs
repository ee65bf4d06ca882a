using System.Collections.Frozen;
using Swarm.Cluster.Disk;
using Swarm.Core;
using Swarm.Core.Nodes;

namespace Swarm.Daemon.Configuration;

/// <summary>The settings of what is done about a disk that fills up.</summary>
internal static class DiskSettings
{
    private static readonly FrozenDictionary<string, bool> Switch =
        new Dictionary<string, bool> { ["on"] = true, ["off"] = false }.ToFrozenDictionary();

    private static readonly Bytes Petabyte = new(1L << 50);

    public static DiskOptions Read(SettingsReader settings)
    {
        var options = new DiskOptions
        {
            Collects = settings.Choice("swarm.disk.collect", Switch),
            Marks = new DiskMarks
            {
                High = ReadMark(settings, "high", 2, 100),
                Low = ReadMark(settings, "low", 1, 99),
                Full = ReadMark(settings, "full", 1, 100),
            },
            CheckEvery = settings.Duration(
                "swarm.disk.check-every", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            AgeMin = settings.Duration("swarm.disk.age-min", TimeSpan.Zero, TimeSpan.FromHours(24)),
        };
        // What could not be read says nothing about the others.
        if (!settings.Errors.Any(error => error.StartsWith("swarm.disk.", StringComparison.Ordinal)))
            Compare(options.Marks, settings);
        return options;
    }

    private static void Compare(DiskMarks marks, SettingsReader settings)
    {
        if (marks.Low.Percent >= marks.High.Percent)
        {
            settings.Reject(
                "swarm.disk.low-percent",
                $"{marks.Low.Percent} is not less than swarm.disk.high-percent, {marks.High.Percent}");
        }

        if (marks.Low.Free < marks.High.Free)
        {
            settings.Reject(
                "swarm.disk.low-free",
                $"{Quantity.Show(marks.Low.Free)} is less than swarm.disk.high-free, {Quantity.Show(marks.High.Free)}");
        }

        if (marks.Full.Percent < marks.High.Percent)
        {
            settings.Reject(
                "swarm.disk.full-percent",
                $"{marks.Full.Percent} is less than swarm.disk.high-percent, {marks.High.Percent}");
        }
    }

    private static DiskMark ReadMark(SettingsReader settings, string name, int least, int most) => new(
        (int)settings.Number($"swarm.disk.{name}-percent", least, most),
        settings.Size($"swarm.disk.{name}-free", Bytes.Zero, Petabyte));
}
