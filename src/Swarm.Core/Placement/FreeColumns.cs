using System.Numerics;

namespace Swarm.Core.Placement;

/// <summary>What nodes have, and what of it is free, one array a resource.</summary>
internal sealed class FreeColumns
{
    /// <summary>Free process ids of a node that does not count them.</summary>
    public const long Endless = long.MaxValue / 2;

    private long[] _cpu = [];
    private long[] _memory = [];
    private long[] _pids = [];
    private long[] _allCpu = [];
    private long[] _allMemory = [];
    private long[] _allPids = [];

    public Resources this[int row] => new(new MilliCpu(_cpu[row]), new Bytes(_memory[row]), _pids[row]);

    /// <summary>One to try things out on, for the same nodes.</summary>
    public FreeColumns Clone() => new()
    {
        _cpu = [.. _cpu],
        _memory = [.. _memory],
        _pids = [.. _pids],
        _allCpu = _allCpu,
        _allMemory = _allMemory,
        _allPids = _allPids,
    };

    public void Resize(int length)
    {
        Array.Resize(ref _cpu, length);
        Array.Resize(ref _memory, length);
        Array.Resize(ref _pids, length);
        Array.Resize(ref _allCpu, length);
        Array.Resize(ref _allMemory, length);
        Array.Resize(ref _allPids, length);
    }

    public void Copy(int from, int to)
    {
        (_cpu[to], _memory[to], _pids[to]) = (_cpu[from], _memory[from], _pids[from]);
        (_allCpu[to], _allMemory[to], _allPids[to]) = (_allCpu[from], _allMemory[from], _allPids[from]);
    }

    public void Set(int row, Resources capacity, Resources reserved)
    {
        (_allCpu[row], _allMemory[row], _allPids[row]) =
            (capacity.Cpu.Value, capacity.Memory.Value, capacity.Pids);
        _cpu[row] = capacity.Cpu.Value - reserved.Cpu.Value;
        _memory[row] = capacity.Memory.Value - reserved.Memory.Value;
        _pids[row] = capacity.Pids > 0 ? capacity.Pids - reserved.Pids : Endless;
    }

    public void Deduct(int row, Resources amount)
    {
        _cpu[row] -= amount.Cpu.Value;
        _memory[row] -= amount.Memory.Value;
        _pids[row] -= amount.Pids;
    }

    /// <summary>Marks the rows that have room for what is asked. What is not asked for is not looked at: a node that
    /// is overfull still takes what reserves nothing.</summary>
    public void MarkRoom(Resources asked, Span<bool> room)
    {
        var (cpu, memory, pids) = (Least(asked.Cpu.Value), Least(asked.Memory.Value), Least(asked.Pids));
        var (leastCpu, leastMemory, leastPids) = (
            new Vector<long>(cpu), new Vector<long>(memory), new Vector<long>(pids));
        var row = 0;
        for (; row <= room.Length - Vector<long>.Count; row += Vector<long>.Count)
        {
            var fits = Vector.GreaterThanOrEqual(new Vector<long>(_cpu, row), leastCpu)
                & Vector.GreaterThanOrEqual(new Vector<long>(_memory, row), leastMemory)
                & Vector.GreaterThanOrEqual(new Vector<long>(_pids, row), leastPids);
            for (var lane = 0; lane < Vector<long>.Count; lane++) room[row + lane] = fits[lane] != 0;
        }

        for (; row < room.Length; row++)
            room[row] = _cpu[row] >= cpu & _memory[row] >= memory & _pids[row] >= pids;
    }

    /// <summary>The share of its scarcest resource that would be used if so much more were taken.</summary>
    public double UsedShare(int row, Resources more) => Math.Max(
        Share(_allCpu[row], _cpu[row] - more.Cpu.Value),
        Math.Max(
            Share(_allMemory[row], _memory[row] - more.Memory.Value),
            Share(_allPids[row], _pids[row] - more.Pids)));

    private static long Least(long asked) => asked > 0 ? asked : long.MinValue;

    private static double Share(long capacity, long free) => capacity <= 0 ? 0 : 1 - ((double)free / capacity);
}
