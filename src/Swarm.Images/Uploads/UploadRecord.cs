namespace Swarm.Images.Uploads;

/// <summary>What is kept of an upload besides its bytes; the folder is named by its id.</summary>
internal sealed record UploadRecord(string Repository);
