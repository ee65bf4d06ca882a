using System.Collections.Immutable;

namespace Swarm.Runtime.Seccomp;

/// <summary>Makes a filter that decides the same with fewer instructions.</summary>
/// <remarks>
/// libseccomp compares the number of a system call with every one that is in the profile, one after another: 1,125
/// instructions for the default profile and its three kinds of calls. The kernel translates them whenever a process
/// gets the filter, at each start and each exec. Here what leads to the same decision is a range, and the range is
/// found by halving: each long chain of comparisons becomes a tree.
/// The program is written from its end, since jumps lead forward only, and those of comparisons 255 instructions at
/// most; one that leads further goes by a jump nearby.
/// </remarks>
internal sealed class FilterReduction
{
    /// <summary>A chain that is shorter is left as it is.</summary>
    private const int LeastChain = 4;

    /// <summary>Of 255, for at most this many jumps that are put in between.</summary>
    private const int Reach = 250;

    private readonly ImmutableArray<FilterInstruction> _program;
    private readonly bool[] _isEntered;

    /// <summary>From the last to the first; a place is an index of it.</summary>
    private readonly List<FilterInstruction> _written = [];

    /// <summary>Of each instruction of the program that has been written.</summary>
    private readonly int[] _places;

    private readonly Dictionary<FilterInstruction, int> _returns = [];

    private FilterReduction(ImmutableArray<FilterInstruction> program)
    {
        _program = program;
        _places = new int[program.Length];
        _isEntered = new bool[program.Length];
        for (var i = 0; i < program.Length; i++)
        {
            if (program[i].Code == FilterInstruction.Jump) _isEntered[i + 1 + (int)program[i].Operand] = true;
            if (!program[i].IsComparison) continue;
            if (program[i].IfTrue > 0) _isEntered[i + 1 + program[i].IfTrue] = true;
            if (program[i].IfFalse > 0) _isEntered[i + 1 + program[i].IfFalse] = true;
        }
    }

    /// <returns>The same decisions in fewer instructions, or the program itself; null when it is no whole program.
    /// </returns>
    public static byte[]? Of(byte[] program)
    {
        if (FilterInstruction.Parse(program) is not { } instructions) return null;
        var reduced = new FilterReduction(instructions).Reduce();
        return reduced.Length < program.Length ? reduced : program;
    }

    private byte[] Reduce()
    {
        for (var i = _program.Length - 1; i >= 0; i--)
        {
            var first = FirstOfChain(i);
            if (i - first + 1 >= LeastChain)
            {
                _places[first] = WriteTree(RangesOf(first, i));
                i = first;
            }
            else
            {
                _places[i] = WriteOne(i);
            }
        }

        FollowWith(_places[0]);
        _written.Reverse();
        return FilterInstruction.Write(_written);
    }

    /// <summary>Where a chain begins whose last comparison is this one: each goes on with the next where it does not
    /// hold, and nothing else leads into it.</summary>
    private int FirstOfChain(int last)
    {
        if (!IsLink(last)) return last;
        var first = last;
        while (first > 0 && !_isEntered[first] && IsLink(first - 1)) first--;
        return first;
    }

    private bool IsLink(int at) => _program[at] is { Code: FilterInstruction.JumpIfEqual, IfTrue: > 0, IfFalse: 0 };

    /// <summary>From which value on a chain leads where; the first begins with zero.</summary>
    private List<(uint From, int Target)> RangesOf(int first, int last)
    {
        var targets = new SortedDictionary<uint, int>();
        for (var i = first; i <= last; i++) targets.TryAdd(_program[i].Operand, i + 1 + _program[i].IfTrue);

        var ranges = new List<(uint From, int Target)>();
        ulong next = 0;
        foreach (var (value, target) in targets)
        {
            if (value > next) Add((uint)next, last + 1);
            Add(value, target);
            next = value + 1UL;
        }

        if (next <= uint.MaxValue) Add((uint)next, last + 1);
        return ranges;

        void Add(uint from, int target)
        {
            if (ranges.Count == 0 || !IsSame(ranges[^1].Target, target)) ranges.Add((from, target));
        }
    }

    private bool IsSame(int one, int other) =>
        one == other || (_program[one].IsReturn && _program[one] == _program[other]);

    private int WriteTree(List<(uint From, int Target)> ranges)
    {
        return Write(0, ranges.Count - 1);

        int Write(int first, int last)
        {
            if (first == last) return PlaceOf(ranges[first].Target);
            var middle = (first + last + 1) / 2;
            var high = Write(middle, last);
            var low = Write(first, middle - 1);
            return Compare(FilterInstruction.JumpIfNotLess, ranges[middle].From, high, low);
        }
    }

    private int WriteOne(int at)
    {
        var one = _program[at];
        if (one.IsReturn) return PlaceOf(at);
        if (one.Code == FilterInstruction.Jump) return _places[at + 1 + (int)one.Operand];
        if (one.IsComparison)
            return Compare(one.Code, one.Operand, _places[at + 1 + one.IfTrue], _places[at + 1 + one.IfFalse]);
        FollowWith(_places[at + 1]);
        return Write(one);
    }

    private int Compare(ushort code, uint operand, int ifTrue, int ifFalse)
    {
        ifTrue = Near(ifTrue);
        ifFalse = Near(ifFalse);
        return Write(new FilterInstruction(code, (byte)Distance(ifTrue), (byte)Distance(ifFalse), operand));
    }

    /// <summary>Where a comparison can lead that is written soon: a return is repeated where it is far.</summary>
    private int PlaceOf(int target)
    {
        if (!_program[target].IsReturn) return _places[target];
        if (_returns.TryGetValue(_program[target], out var place) && Distance(place) < Reach) return place;
        return _returns[_program[target]] = Write(_program[target]);
    }

    private int Near(int place) => Distance(place) < Reach ? place : WriteJump(place);

    /// <summary>Sees to it that what is written next goes on at a place.</summary>
    private void FollowWith(int place)
    {
        if (Distance(place) > 0) WriteJump(place);
    }

    private int WriteJump(int place) =>
        Write(new FilterInstruction(FilterInstruction.Jump, 0, 0, (uint)Distance(place)));

    /// <summary>How many instructions are between what is written next and a place.</summary>
    private int Distance(int place) => _written.Count - 1 - place;

    private int Write(FilterInstruction instruction)
    {
        _written.Add(instruction);
        return _written.Count - 1;
    }
}
