using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Swarm.Core.Containers;
using Swarm.Runtime.Seccomp;

namespace Swarm.Runtime.Tests.Seccomp;

public class FilterReductionTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const uint Allow = 0x7FFF0000;
    private const uint Refuse = 0x00050001;
    private const uint AfInet = 2;
    private const uint AfNetlink = 16;
    private const uint AfVsock = 40;
    private const ushort Load = 0x20;
    private const ushort And = 0x54;

    private static readonly ImmutableArray<uint> Decisions = [Allow, Refuse, 0x00050026, 0];

    [Fact]
    public async Task The_default_filter_decides_as_crun_compiled_it()
    {
        // The first of a set of capabilities has what crun compiled, the second what was kept of it.
        var spec = EngineFixture.Shell("sleep 600") with { AddCapabilities = ["CAP_SYS_PTRACE"] };
        var compiled = await ReadAsync(spec);
        var kept = await ReadAsync(spec);

        Assert.True(kept.Length * 3 < compiled.Length, $"{compiled.Length} became {kept.Length} instructions");
        var operands = compiled.Where(one => one.IsComparison).Select(one => one.Operand).ToHashSet();
        var calls = Enumerable.Range(0, 600).Select(number => (uint)number)
            .SelectMany(number => new[] { number, number | 0x40000000 })
            .Concat(operands).Append(uint.MaxValue).Distinct();
        uint[] arguments =
            [.. operands.SelectMany(one => new[] { one, one - 1 }).Where(one => one > 500), 0, 1, AfVsock, 0x80];
        var data = new uint[FilterRun.Words];
        foreach (var call in calls)
        {
            foreach (var machine in FilterRun.Machines)
            {
                foreach (var argument in arguments)
                {
                    (data[0], data[1]) = (call, machine);
                    for (var word = 4; word < data.Length; word += 2) data[word] = argument;
                    if (FilterRun.Decide(compiled, data) != FilterRun.Decide(kept, data))
                        Assert.Fail($"call {call:x} of {machine:x} with {argument:x} is decided differently");
                }
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("CAP_AUDIT_WRITE")]
    public async Task A_socket_to_the_host_of_a_virtual_machine_is_for_no_filtered_container(string dropped)
    {
        var filter = await ReadAsync(EngineFixture.Shell("sleep 600") with
        {
            DropCapabilities = dropped.Length == 0 ? [] : [dropped],
        });

        var (machine, socket) = RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? (0xC000003E, 41u)
            : (0xC00000B7, 198u);
        uint[] families = [AfInet, AfNetlink, AfVsock];
        Assert.Equal([Allow, Allow, Refuse], families.Select(family => FilterRun.Decide(
            filter, [socket, machine, 0, 0, family, .. new uint[FilterRun.Words - 5]])));
    }

    [Fact]
    public void Ranges_are_found_by_halving()
    {
        // 400 calls: those that end in 7 are refused, the others allowed, and all others refused.
        var chain = Enumerable.Range(0, 400).Where(number => number % 10 != 7).ToArray();
        var program = new List<FilterInstruction> { new(Load, 0, 0, 0) };
        for (var i = 0; i < chain.Length; i++)
        {
            // As libseccomp does, a return is within the reach of every comparison.
            if (i % 200 == 199) program.AddRange([new(FilterInstruction.Jump, 0, 0, 1), Returns(Allow)]);
            var next = 199 - (i % 200);
            var left = chain.Length - 1 - i;
            program.Add(new(FilterInstruction.JumpIfEqual, (byte)Math.Min(next, left + 1), 0, (uint)chain[i]));
        }

        program.AddRange([Returns(Refuse), Returns(Allow)]);
        var (before, after) = Reduce(program);

        Assert.True(after.Length < before.Length / 3, $"{before.Length} became {after.Length}");
        for (uint number = 0; number < 500; number++) ExpectSame(before, after, [number, .. new uint[15]]);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 6, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x20, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 5, 0, 0, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x15, 0, 0, 1, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 5, 0, 0, 0, 255, 255, 255, 255, 6, 0, 0, 0, 0, 0, 0, 0 })]
    public void What_is_no_whole_program_is_not_kept(byte[] program) => Assert.Null(FilterReduction.Of(program));

    [Fact]
    public void Whatever_program_decides_the_same()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var (before, after) = Reduce(RandomProgram(random));
            Assert.True(after.Length <= before.Length);
            for (var i = 0; i < 60; i++)
                ExpectSame(before, after, [.. Enumerable.Range(0, FilterRun.Words).Select(_ => Value(random))]);
        }
    }

    private static void ExpectSame(
        ImmutableArray<FilterInstruction> before, ImmutableArray<FilterInstruction> after, uint[] data) =>
        Assert.Equal(FilterRun.Decide(before, data), FilterRun.Decide(after, data));

    private static (ImmutableArray<FilterInstruction> Before, ImmutableArray<FilterInstruction> After) Reduce(
        List<FilterInstruction> program)
    {
        var reduced = FilterReduction.Of(FilterInstruction.Write(program));
        return ([.. program], FilterInstruction.Parse(reduced)!.Value);
    }

    private static FilterInstruction Returns(uint decision) => new(FilterInstruction.Return, 0, 0, decision);

    /// <summary>Values that meet, and some at the ends of what there is.</summary>
    private static uint Value(Random random) =>
        random.Next(12) switch { 0 => uint.MaxValue, 1 => 0, _ => (uint)random.Next(60) };

    private static List<FilterInstruction> RandomProgram(Random random)
    {
        var length = random.Next(2, 700);
        var isChained = random.Next(2) == 0;
        var program = new List<FilterInstruction>();
        for (var left = length - 1; left > 0; left--)
        {
            var kind = isChained && random.Next(20) > 0 ? 0 : random.Next(9);
            program.Add(kind switch
            {
                0 or 1 or 2 => new(FilterInstruction.JumpIfEqual, Skipped(), 0, Value(random)),
                3 => new(FilterInstruction.JumpIfEqual, Skipped(), Skipped(), Value(random)),
                4 => new((ushort)(random.Next(2) == 0 ? 0x25 : 0x45), Skipped(), Skipped(), Value(random)),
                5 => new(FilterInstruction.JumpIfNotLess, Skipped(), Skipped(), Value(random)),
                6 => new(FilterInstruction.Jump, 0, 0, (uint)random.Next(Math.Min(left, 40))),
                7 => random.Next(3) > 0 ? Returns(Decision()) : new(And, 0, 0, Value(random)),
                _ => new(Load, 0, 0, (uint)random.Next(FilterRun.Words) * sizeof(uint)),
            });

            byte Skipped() => (byte)random.Next(Math.Min(left, 256));
        }

        program.Add(Returns(Decision()));
        return program;

        uint Decision() => Decisions[random.Next(Decisions.Length)];
    }

    /// <summary>The filter that a container has.</summary>
    private async Task<ImmutableArray<FilterInstruction>> ReadAsync(ContainerSpec spec)
    {
        var started = await fixture.StartAsync(spec);
        var path = Path.Join(fixture.Folder, "run/state/crun", started.Id.Value, "seccomp.bpf");
        return FilterInstruction.Parse(await File.ReadAllBytesAsync(path))!.Value;
    }
}
