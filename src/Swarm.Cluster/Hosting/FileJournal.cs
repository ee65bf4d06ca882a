using System.Collections.Immutable;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Sql.Journal;

namespace Swarm.Cluster.Hosting;

/// <summary>The SQLite journal, which takes nothing once its file is not in its place any more.</summary>
internal sealed class FileJournal(Config settings) : SqlWriteJournal(settings)
{
    /// <summary>Of the setting that names the file.</summary>
    public const string PathKey = "file";

    private readonly JournalFile _file = new(settings.GetString(PathKey));

    /// <inheritdoc/>
    protected override async Task<IImmutableList<Exception>> WriteMessagesAsync(
        IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
    {
        _file.Check();
        var written = await base.WriteMessagesAsync(messages, cancellationToken);
        _file.Check(); // what was written into a file that went meanwhile is not to be acknowledged
        return written;
    }
}
