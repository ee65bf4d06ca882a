using System.Collections.Immutable;

namespace Swarm.Core.Services;

/// <summary>Takes a large order apart, and puts it together again.</summary>
/// <remarks>
/// Pure. A part is chosen by counts and not by bytes: a specification takes at most the 64 KiB of the client's message
/// that it came in, a task less than 64 bytes, and a message between nodes holds 240 KiB.
/// </remarks>
public static class OrderParts
{
    /// <summary>More are no order of ours.</summary>
    public const int MostParts = 1000;

    private const int MostTasks = 1000;
    private const int MostTemplates = 2;

    /// <summary>In parts whose tasks and templates are in their order.</summary>
    public static ImmutableArray<ApplyServiceTasks> Split(ApplyServiceTasks order)
    {
        if (order.Tasks.Length <= MostTasks && order.Templates.Length <= MostTemplates) return [order];

        var tasks = order.Tasks.Chunk(MostTasks).ToList();
        var templates = order.Templates.Chunk(MostTemplates).ToList();
        var count = Math.Max(tasks.Count, templates.Count);
        return
        [
            .. Enumerable.Range(0, count).Select(part => order with
            {
                Parts = count,
                Part = part,
                Tasks = part < tasks.Count ? [.. tasks[part]] : [],
                Templates = part < templates.Count ? [.. templates[part]] : [],
            }),
        ];
    }

    /// <summary>Adds a part to those that came before it.</summary>
    /// <param name="before">What came so far of this or another order of the service; empty for none.</param>
    /// <returns>What is there of the newest sequence, and the whole order once nothing is missing.</returns>
    public static (ImmutableArray<ApplyServiceTasks> Parts, ApplyServiceTasks? Whole) Add(
        ImmutableArray<ApplyServiceTasks> before, ApplyServiceTasks part)
    {
        if (part.Parts is < 1 or > MostParts || part.Part < 0 || part.Part >= part.Parts) return (before, null);
        if (!before.IsEmpty && before[0].Sequence > part.Sequence) return (before, null);

        var same = before.Where(other => other.Sequence == part.Sequence && other.Parts == part.Parts
            && other.Id == part.Id && other.Part != part.Part);
        ImmutableArray<ApplyServiceTasks> parts = [.. same.Append(part).OrderBy(each => each.Part)];
        if (parts.Length < part.Parts) return (parts, null);

        var whole = part with
        {
            Parts = 1,
            Part = 0,
            Tasks = [.. parts.SelectMany(each => each.Tasks)],
            Templates = [.. parts.SelectMany(each => each.Templates)],
        };
        return ([], whole);
    }
}
