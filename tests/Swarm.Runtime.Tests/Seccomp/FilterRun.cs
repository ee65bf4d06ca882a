using System.Collections.Immutable;
using Swarm.Runtime.Seccomp;

namespace Swarm.Runtime.Tests.Seccomp;

/// <summary>Runs a filter as the kernel does.</summary>
/// <remarks>https://man7.org/linux/man-pages/man2/seccomp.2.html</remarks>
internal static class FilterRun
{
    /// <summary>Words of <c>struct seccomp_data</c>: the number of the call, its kind of machine, where it was called
    /// from in two words, and six arguments of two words each.</summary>
    public const int Words = 16;

    private const uint X86 = 0x40000003;
    private const uint X64 = 0xC000003E;
    private const uint Arm64 = 0xC00000B7;

    public static IEnumerable<uint> Machines => [X64, X86, Arm64];

    public static uint Decide(ImmutableArray<FilterInstruction> program, ReadOnlySpan<uint> data)
    {
        uint value = 0;
        for (var at = 0; ; at++)
        {
            var one = program[at];
            switch (one.Code)
            {
                case 0x20: // a word of the data
                    value = data[(int)one.Operand / sizeof(uint)];
                    break;
                case 0x54:
                    value &= one.Operand;
                    break;
                case FilterInstruction.Return:
                    return one.Operand;
                case FilterInstruction.Jump:
                    at += (int)one.Operand;
                    break;
                default:
                    at += Holds(one, value) ? one.IfTrue : one.IfFalse;
                    break;
            }
        }
    }

    private static bool Holds(FilterInstruction one, uint value) => one.Code switch
    {
        FilterInstruction.JumpIfEqual => value == one.Operand,
        0x25 => value > one.Operand,
        FilterInstruction.JumpIfNotLess => value >= one.Operand,
        0x45 => (value & one.Operand) != 0,
        _ => throw new NotSupportedException($"instruction {one.Code:x}"),
    };
}
