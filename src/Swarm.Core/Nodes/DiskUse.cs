using System.Globalization;

namespace Swarm.Core.Nodes;

/// <summary>How full a file system is, as df tells it: what is kept back for root counts as neither.</summary>
/// <param name="Free">What swarmd's containers may still take.</param>
public readonly record struct DiskUse(Bytes Used, Bytes Free)
{
    public Bytes Size => Used + Free;

    /// <summary>The part of it that is used, rounded down.</summary>
    public int Percent => Size > Bytes.Zero ? (int)((Int128)Used.Value * 100 / Size.Value) : 0;

    /// <summary>For people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Percent} % of {Size.Value / 1048576.0:0} MiB used, {Free.Value / 1048576.0:0} MiB free");
}
