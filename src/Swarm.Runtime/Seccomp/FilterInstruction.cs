using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Swarm.Runtime.Seccomp;

/// <summary>One instruction of a filter of system calls.</summary>
/// <remarks>https://www.kernel.org/doc/html/latest/networking/filter.html</remarks>
/// <param name="IfTrue">How many instructions a comparison that holds skips.</param>
/// <param name="IfFalse">And one that does not.</param>
internal readonly record struct FilterInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand)
{
    /// <summary>In bytes.</summary>
    public const int Size = 8;

    public const ushort Return = 0x06;
    public const ushort Jump = 0x05;
    public const ushort JumpIfEqual = 0x15;
    public const ushort JumpIfNotLess = 0x35;

    private const ushort ClassMask = 0x07;
    private const ushort JumpClass = 0x05;
    private const ushort ReturnClass = 0x06;

    public bool IsComparison => (Code & ClassMask) == JumpClass && Code != Jump;

    /// <summary>Nothing comes after it.</summary>
    public bool IsReturn => (Code & ClassMask) == ReturnClass;

    /// <returns>Null when it is none: not of whole instructions, or with a jump that leads out of it.</returns>
    public static ImmutableArray<FilterInstruction>? Parse(ReadOnlySpan<byte> program)
    {
        if (program.Length == 0 || program.Length % Size != 0) return null;
        var instructions = ImmutableArray.CreateBuilder<FilterInstruction>(program.Length / Size);
        for (var rest = program; rest.Length > 0; rest = rest[Size..])
        {
            instructions.Add(new FilterInstruction(
                BinaryPrimitives.ReadUInt16LittleEndian(rest), rest[2], rest[3],
                BinaryPrimitives.ReadUInt32LittleEndian(rest[4..])));
        }

        for (var i = 0; i < instructions.Count; i++)
        {
            if (instructions[i].Furthest(i) >= instructions.Count) return null;
        }

        return instructions.MoveToImmutable();
    }

    public static byte[] Write(IReadOnlyList<FilterInstruction> instructions)
    {
        var program = new byte[instructions.Count * Size];
        for (var i = 0; i < instructions.Count; i++)
        {
            var place = program.AsSpan(i * Size);
            BinaryPrimitives.WriteUInt16LittleEndian(place, instructions[i].Code);
            (place[2], place[3]) = (instructions[i].IfTrue, instructions[i].IfFalse);
            BinaryPrimitives.WriteUInt32LittleEndian(place[4..], instructions[i].Operand);
        }

        return program;
    }

    /// <summary>The last of the places that come after it at <paramref name="at"/>.</summary>
    private long Furthest(int at) =>
        IsReturn ? at
        : Code == Jump ? at + 1 + (long)Operand
        : IsComparison ? at + 1 + Math.Max(IfTrue, IfFalse)
        : at + 1;
}
