using Nerdbank.MessagePack;

namespace Swarm.Core;

/// <summary>An amount of memory or disk, in bytes.</summary>
public readonly record struct Bytes([property: Key(0)] long Value) : IComparable<Bytes>
{
    public static Bytes Zero => default;

    public static Bytes FromMebibytes(long mebibytes) => new(mebibytes * 1024 * 1024);

    public static Bytes operator +(Bytes left, Bytes right) => new(left.Value + right.Value);

    public static Bytes operator -(Bytes left, Bytes right) => new(left.Value - right.Value);

    public static bool operator <(Bytes left, Bytes right) => left.Value < right.Value;

    public static bool operator >(Bytes left, Bytes right) => left.Value > right.Value;

    public static bool operator <=(Bytes left, Bytes right) => left.Value <= right.Value;

    public static bool operator >=(Bytes left, Bytes right) => left.Value >= right.Value;

    public int CompareTo(Bytes other) => Value.CompareTo(other.Value);

    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Value} bytes");
}

/// <summary>Processor time in thousandths of one core: 1500 is one and a half cores.</summary>
public readonly record struct MilliCpu([property: Key(0)] long Value) : IComparable<MilliCpu>
{
    public static MilliCpu Zero => default;

    public static MilliCpu operator +(MilliCpu left, MilliCpu right) => new(left.Value + right.Value);

    public static MilliCpu operator -(MilliCpu left, MilliCpu right) => new(left.Value - right.Value);

    public static bool operator <(MilliCpu left, MilliCpu right) => left.Value < right.Value;

    public static bool operator >(MilliCpu left, MilliCpu right) => left.Value > right.Value;

    public static bool operator <=(MilliCpu left, MilliCpu right) => left.Value <= right.Value;

    public static bool operator >=(MilliCpu left, MilliCpu right) => left.Value >= right.Value;

    public int CompareTo(MilliCpu other) => Value.CompareTo(other.Value);
}

/// <summary>What a task asks for, or what a node has: processor, memory and process ids.</summary>
public sealed record Resources(
    [property: Key(0)] MilliCpu Cpu,
    [property: Key(1)] Bytes Memory,
    [property: Key(2)] long Pids = 0)
{
    public static Resources None { get; } = new(MilliCpu.Zero, Bytes.Zero);

    public static Resources operator +(Resources left, Resources right) =>
        new(left.Cpu + right.Cpu, left.Memory + right.Memory, left.Pids + right.Pids);

    public static Resources operator -(Resources left, Resources right) =>
        new(left.Cpu - right.Cpu, left.Memory - right.Memory, left.Pids - right.Pids);
}
