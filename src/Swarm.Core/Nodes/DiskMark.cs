using System.Globalization;

namespace Swarm.Core.Nodes;

/// <summary>A watermark of a file system: it is reached by its part that is used, or by what is left of it, whichever
/// comes first.</summary>
/// <param name="Percent">1 to 100.</param>
/// <param name="Free">Zero is not looked at.</param>
public sealed record DiskMark(int Percent, Bytes Free)
{
    public bool IsReached(DiskUse use) => Room(use) <= Bytes.Zero;

    /// <summary>Bytes that may be taken until it is reached.</summary>
    public Bytes RoomBelow(DiskUse use) => Room(use) is var room && room > Bytes.Zero ? room : Bytes.Zero;

    /// <summary>For people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Percent} %{(Free > Bytes.Zero ? $" or less than {Free.Value / 1048576.0:0} MiB free" : "")}");

    private Bytes Room(DiskUse use)
    {
        // The least that is this part of it, rounded up.
        var at = new Bytes((long)(((Int128)use.Size.Value * Percent + 99) / 100));
        var byPart = at - use.Used;
        return Free > Bytes.Zero && use.Free - Free < byPart ? use.Free - Free : byPart;
    }
}

/// <summary>What is done about a disk that fills up.</summary>
/// <remarks>Told in docs/disk.md.</remarks>
public sealed record DiskMarks
{
    /// <summary>From here on what nothing uses is collected.</summary>
    public DiskMark High { get; init; } = new(85, Bytes.Zero);

    /// <summary>Collecting ends below it.</summary>
    public DiskMark Low { get; init; } = new(80, Bytes.Zero);

    /// <summary>From here on the node takes no new tasks.</summary>
    public DiskMark Full { get; init; } = new(95, Bytes.Zero);
}
